using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class RedisFailureTests
{
    [Theory]
    [InlineData(typeof(RedisConnectionException))]
    [InlineData(typeof(RedisTimeoutException))]
    [InlineData(typeof(TimeoutException))]
    public void AnOutageIsOne(Type type) => Assert.True(IsOutage((Exception)RuntimeHelpers.GetUninitializedObject(type)));

    [Fact]
    public async Task AConnectionThatBreaksWhileItIsReadIsOne()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[1]);
        var read = await pipe.Reader.ReadAsync();
        await pipe.Reader.CompleteAsync();
        Assert.True(IsOutage(Assert.Throws<InvalidOperationException>(() => pipe.Reader.AdvanceTo(read.Buffer.End))));
    }

    [Fact]
    public async Task ACommandThatTheClientGaveUpIsOneAndACallerWhoLeftIsNot()
    {
        var command = new TaskCompletionSource();
        command.SetCanceled(CancellationToken.None);
        Assert.True(IsOutage(await Assert.ThrowsAsync<TaskCanceledException>(() => command.Task.WithTimeout())));

        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();
        Assert.False(IsOutage(await Assert.ThrowsAsync<TaskCanceledException>(() => new TaskCompletionSource().Task.WithTimeout(caller.Token))));
    }

    [Theory]
    [InlineData("LOADING Redis is loading the dataset in memory", true)]
    [InlineData("READONLY You can't write against a read only replica.", true)]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", true)]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", false)]
    public void AnErrorOfTheServerIsOneIfWaitingHelps(string message, bool expected) =>
        Assert.Equal(expected, IsOutage(new RedisServerException(message)));

    [Fact]
    public void AnythingElseIsABug() => Assert.False(IsOutage(Assert.Throws<InvalidOperationException>(() => _ = Array.Empty<int>().First())));

    private static bool IsOutage(Exception exception)
    {
        var builder = TestHost.CreateBuilder();
        builder.Configuration["ConnectionStrings:redis"] = "127.0.0.1:1";
        builder.AddRedis("redis");
        using var services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<IOptions<DependencyFailures>>().Value.Match(exception);
    }
}
