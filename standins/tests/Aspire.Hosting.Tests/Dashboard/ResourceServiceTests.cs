using Aspire.DashboardService.Proto.V1;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Testing;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Tests.Dashboard;

/// <summary>What a dashboard, ours or another, gets from an app host.</summary>
public sealed class ResourceServiceTests
{
    private const string Service = "aspire.v1.DashboardService";

    [Fact]
    public async Task InATestThereIsNoDashboardUnlessItIsAskedFor()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sample_AppHost>(["--ASPNETCORE_URLS=http://localhost:1"]);

        Assert.False(DashboardSettings.Of(builder).IsWanted);
    }

    [Fact]
    public async Task ATestCanAskForOne()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sample_AppHost>(
            ["--ASPNETCORE_URLS=http://localhost:1"], (options, _) => options.DisableDashboard = false);
        await using var app = await builder.BuildAsync();
        await app.StartAsync();

        var dashboard = app.Services.GetRequiredService<DashboardHost>();
        await dashboard.Listening.WaitAsync(AppHostProcess.Patience);
        using var client = new HttpClient();
        Assert.Contains("_framework/blazor.web", await client.GetStringAsync(dashboard.LoginUrl), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItNeedsTheKey()
    {
        await using var run = await StartAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(() => run.CallAsync<ApplicationInformationRequest, ApplicationInformationResponse>("GetApplicationInformation", new(), key: "wrong"));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        await Assert.ThrowsAsync<RpcException>(async () => await run.ReadAsync<WatchResourcesRequest, WatchResourcesUpdate>("WatchResources", new(), key: null).FirstAsync());
        Assert.Equal("Aspire.Hosting.Tests", (await run.CallAsync<ApplicationInformationRequest, ApplicationInformationResponse>("GetApplicationInformation", new())).ApplicationName);
    }

    [Fact]
    public async Task ResourcesComeAtOnceAndThenTheirChanges()
    {
        await using var run = await StartAsync();
        var updates = run.ReadAsync<WatchResourcesRequest, WatchResourcesUpdate>("WatchResources", new()).GetAsyncEnumerator();

        Assert.True(await updates.MoveNextAsync());
        var tool = Assert.Single(updates.Current.InitialData.Resources, r => r.DisplayName == "tool");
        Assert.Equal(("Executable", "Running", "success", false), (tool.ResourceType, tool.State, tool.StateStyle, tool.IsHidden));
        Assert.Equal("value", Assert.Single(tool.Environment, v => v.Name == "NAME").Value);
        Assert.NotNull(tool.StartedAt);
        Assert.Equal(
            [("start", ResourceCommandState.Hidden), ("stop", ResourceCommandState.Enabled), ("restart", ResourceCommandState.Enabled), ("greet", ResourceCommandState.Enabled)],
            tool.Commands.Select(c => (c.Name, c.State)));
        var password = Assert.Single(updates.Current.InitialData.Resources, r => r.DisplayName == "password");
        Assert.True(password.IsHidden);
        Assert.True(Assert.Single(password.Properties).IsSensitive);

        var answer = await run.CallAsync<ResourceCommandRequest, ResourceCommandResponse>(
            "ExecuteResourceCommand", new() { CommandName = "stop", ResourceName = tool.Name, ResourceType = tool.ResourceType });

        Assert.Equal(ResourceCommandResponseKind.Succeeded, answer.Kind);
        while (updates.Current.Changes?.Value[0].Upsert is not { State: "Exited" } stopped || stopped.Name != tool.Name)
        {
            Assert.True(await updates.MoveNextAsync().AsTask().WaitAsync(AppHostProcess.Patience));
        }
    }

    [Fact]
    public async Task LogsComeFromTheirBeginning()
    {
        await using var run = await StartAsync();

        var update = await run.ReadAsync<WatchResourceConsoleLogsRequest, WatchResourceConsoleLogsUpdate>(
            "WatchResourceConsoleLogs", new() { ResourceName = "tool" }).FirstAsync();

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\S+Z hello$", update.LogLines[0].Text);
        Assert.Equal(1, update.LogLines[0].LineNumber);
        var unknown = await Assert.ThrowsAsync<RpcException>(async () =>
            await run.ReadAsync<WatchResourceConsoleLogsRequest, WatchResourceConsoleLogsUpdate>("WatchResourceConsoleLogs", new() { ResourceName = "nobody" }).FirstAsync());
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task ACommandThatFailsSaysWhy()
    {
        await using var run = await StartAsync();

        var answer = await run.CallAsync<ResourceCommandRequest, ResourceCommandResponse>("ExecuteResourceCommand", new() { CommandName = "greet", ResourceName = "tool" });

        Assert.Equal((ResourceCommandResponseKind.Failed, "too shy"), (answer.Kind, answer.Message));
    }

    private static async Task<Run> StartAsync()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("tool", "bash", "/", "-c", "echo hello; sleep 1000")
            .WithEnvironment("NAME", "value")
            .WithCommand("greet", "Greet", _ => Task.FromResult(CommandResults.Failure("too shy")));
        builder.AddParameter("password", "hidden", secret: true);
        var app = await builder.StartAsync();
        await app.HealthyAsync("tool");
        await app.LineOfAsync("tool", "hello");
        var settings = DashboardSettings.Of(builder);
        settings.ResourceServiceUrl = $"http://localhost:{Aspire.Hosting.Orchestration.Ports.Next()}";
        return new Run(builder, app, await ResourceServiceHost.StartAsync(settings, app.Services), settings);
    }

    private sealed class Run(IDistributedApplicationTestingBuilder builder, DistributedApplication app, ResourceServiceHost host, DashboardSettings settings) : IAsyncDisposable
    {
        private readonly GrpcChannel _channel = GrpcChannel.ForAddress(settings.ResourceServiceUrl);

        public async Task<TResponse> CallAsync<TRequest, TResponse>(string name, TRequest request, string? key = "")
            where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
            where TResponse : class, Google.Protobuf.IMessage<TResponse>, new()
        {
            using var call = _channel.CreateCallInvoker().AsyncUnaryCall(Method<TRequest, TResponse>(MethodType.Unary, name), null, Options(key), request);
            return await call.ResponseAsync;
        }

        public async IAsyncEnumerable<TResponse> ReadAsync<TRequest, TResponse>(string name, TRequest request, string? key = "")
            where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
            where TResponse : class, Google.Protobuf.IMessage<TResponse>, new()
        {
            using var call = _channel.CreateCallInvoker().AsyncServerStreamingCall(Method<TRequest, TResponse>(MethodType.ServerStreaming, name), null, Options(key), request);
            await foreach (var response in call.ResponseStream.ReadAllAsync())
            {
                yield return response;
            }
        }

        public async ValueTask DisposeAsync()
        {
            _channel.Dispose();
            await host.DisposeAsync();
            await app.DisposeAsync();
            await builder.DisposeAsync();
        }

        private static Method<TRequest, TResponse> Method<TRequest, TResponse>(MethodType type, string name)
            where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
            where TResponse : class, Google.Protobuf.IMessage<TResponse>, new() => new(
                type,
                Service,
                name,
                Marshallers.Create(r => Google.Protobuf.MessageExtensions.ToByteArray(r), new Google.Protobuf.MessageParser<TRequest>(() => new TRequest()).ParseFrom),
                Marshallers.Create(r => Google.Protobuf.MessageExtensions.ToByteArray(r), new Google.Protobuf.MessageParser<TResponse>(() => new TResponse()).ParseFrom));

        // An empty key means the right one.
        private CallOptions Options(string? key) =>
            new(key is null ? [] : new Metadata { { "x-resource-service-api-key", key.Length == 0 ? settings.ResourceServiceApiKey : key } });
    }
}
