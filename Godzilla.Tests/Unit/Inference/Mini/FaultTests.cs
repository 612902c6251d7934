using Godzilla.Inference.Mini;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.Inference.Mini;

public class FaultTests
{
    [Fact]
    public async Task TheFirstRequestsFail()
    {
        using var client = BuiltInModel.Create(new() { FailRequests = 2 });

        await Assert.ThrowsAsync<MiniFaultException>(() => client.GetResponseAsync("Hello"));
        await Assert.ThrowsAsync<MiniFaultException>(() => client.GetResponseAsync("Hello"));
        Assert.NotEqual("", (await client.GetResponseAsync("Hello")).Text);
    }

    [Fact]
    public async Task AnAnswerFailsAfterItsTokens()
    {
        using var client = BuiltInModel.Create(new() { FailAfterTokens = 5 });
        var text = "";

        await Assert.ThrowsAsync<MiniFaultException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync("What is Godzilla?", new() { Temperature = 0 }))
            {
                text += update.Text;
            }
        });

        Assert.Equal(5, BuiltInModel.Tokens.Count(text));
    }

    [Fact]
    public async Task TokensTakeTheirTime()
    {
        var time = new FakeTimeProvider();
        using var client = BuiltInModel.Create(new() { Latency = TimeSpan.FromSeconds(30), TokenLatency = TimeSpan.FromSeconds(10) }, time);
        await using var updates = client.GetStreamingResponseAsync("What is Godzilla?", new() { Temperature = 0 }).GetAsyncEnumerator();

        var first = updates.MoveNextAsync().AsTask();
        Assert.False(first.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await first);
        Assert.True(await updates.MoveNextAsync());
        var second = updates.MoveNextAsync().AsTask();
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await second);
    }

    [Theory]
    [InlineData("Mini:Latency", "-00:00:01")]
    [InlineData("Mini:TokenLatency", "00:02:00")]
    [InlineData("Mini:FailRequests", "-1")]
    [InlineData("Mini:FailAfterTokens", "-1")]
    public void ASettingThatMakesNoSenseIsNamed(string key, string value)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build());
        services.AddMiniModel();
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<MiniOptions>>().Value);

        Assert.Contains($"{key} must be", failure.Message, StringComparison.Ordinal);
    }
}
