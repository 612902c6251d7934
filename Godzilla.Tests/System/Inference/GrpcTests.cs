using Aspire.Hosting.Testing;
using Godzilla.Inference.V1;
using Godzilla.ServiceDefaults.Identity;
using Grpc.Core;
using Grpc.Net.Client;

namespace Godzilla.Tests.System.Inference;

/// <summary>HelixFlow's gRPC service, called as the gateway calls: with a signature.</summary>
[Collection(InferenceSystem.Name)]
public sealed class GrpcTests(InferenceApp app)
{
    [Fact]
    public async Task OneCallAnswersAsTheStreamDoes()
    {
        using var channel = Channel(new CallerIdentity("mothra"));
        var client = new InferenceService.InferenceServiceClient(channel);
        var request = new InferenceRequest { ModelId = "echo", Messages = { new Message { Role = "user", Content = "a roar at sea" } } };

        var whole = await client.InferenceAsync(request);
        using var call = client.StreamInference(request);
        var chunks = await call.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.Equal("a roar at sea", Assert.Single(whole.Choices).Message.Content);
        Assert.Equal("stop", whole.FinishReason);
        Assert.Equal(11, whole.Usage.TotalTokens);
        Assert.Equal("a roar at sea", string.Concat(chunks.Select(chunk => chunk.Content)));
        Assert.Equal(("stop", 11), (chunks[^1].FinishReason, chunks[^1].Usage.TotalTokens));
    }

    [Fact]
    public async Task ModelsAreThoseOfTheCaller()
    {
        using var channel = Channel(new CallerIdentity("mothra", Key: "key", Scopes: "models:read", Models: "echo"));
        var client = new InferenceService.InferenceServiceClient(channel);

        Assert.Equal(["echo"], (await client.ListModelsAsync(new ListModelsRequest())).Models.Select(model => model.Id));
        Assert.Equal("available", (await client.GetModelStatusAsync(new ModelStatusRequest { ModelId = "echo" })).Status);
        await AssertAsync(StatusCode.NotFound, () => client.GetModelStatusAsync(new ModelStatusRequest { ModelId = "two" }).ResponseAsync);
        await AssertAsync(StatusCode.PermissionDenied, () => client.InferenceAsync(new InferenceRequest { ModelId = "echo" }).ResponseAsync);
    }

    [Fact]
    public async Task WhatIsWrongHasItsStatus()
    {
        using var channel = Channel(new CallerIdentity("mothra"));
        var client = new InferenceService.InferenceServiceClient(channel);
        await AssertAsync(StatusCode.InvalidArgument, () => client.InferenceAsync(new InferenceRequest { ModelId = "echo" }).ResponseAsync);
        await AssertAsync(StatusCode.NotFound, () => client.InferenceAsync(new InferenceRequest { ModelId = "none", Messages = { new Message { Role = "user", Content = "?" } } }).ResponseAsync);

        using var unsigned = GrpcChannel.ForAddress(app.App.GetEndpoint("inference", "http2"));
        await AssertAsync(StatusCode.Unauthenticated, () => new InferenceService.InferenceServiceClient(unsigned).ListModelsAsync(new ListModelsRequest()).ResponseAsync);
    }

    private GrpcChannel Channel(CallerIdentity caller) => GrpcChannel.ForAddress(
        app.App.GetEndpoint("inference", "http2"), new GrpcChannelOptions { HttpHandler = new SigningHandler("gateway", "inference") { Caller = caller }, DisposeHttpClient = true });

    private static async Task AssertAsync(StatusCode status, Func<Task> call) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
}
