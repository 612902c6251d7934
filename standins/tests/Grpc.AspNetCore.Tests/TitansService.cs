using System.Collections.Concurrent;
using Godzilla.StandIns.Tests.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Godzilla.StandIns.Tests;

/// <summary>What the server saw of the calls, by the id that a test sent along.</summary>
internal sealed class CallLog
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<DateTime>> _cancelled = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, (string? Request, string? Response)> Encodings { get; } = new(StringComparer.Ordinal);

    public ConcurrentBag<string> Intercepted { get; } = [];

    /// <summary>Settles with the call's deadline once the server's side of it is cancelled.</summary>
    public Task<DateTime> CancelledAsync(string id) => Cancelled(id).Task.WaitAsync(Eventually.Limit);

    public void SetCancelled(ServerCallContext context) => Cancelled(context.RequestHeaders.GetValue("id")!).TrySetResult(context.Deadline);

    private TaskCompletionSource<DateTime> Cancelled(string id) =>
        _cancelled.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}

internal sealed class TitansService(CallLog log) : Titans.TitansBase
{
    public override Task<Titan> Describe(Titan request, ServerCallContext context) => Task.FromResult(request);

    public override async Task Count(Number request, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        for (var value = 1; value <= request.Value; value++)
        {
            await responseStream.WriteAsync(new Number { Value = value }, context.CancellationToken);
        }
    }

    public override async Task<Number> Sum(IAsyncStreamReader<Number> requestStream, ServerCallContext context)
    {
        var sum = new Number();
        await foreach (var number in requestStream.ReadAllAsync(context.CancellationToken))
        {
            sum.Value += number.Value;
        }

        return sum;
    }

    public override async Task Echo(
        IAsyncStreamReader<Number> requestStream, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext())
        {
            await responseStream.WriteAsync(requestStream.Current);
        }
    }

    public override async Task<Empty> Sleep(Empty request, ServerCallContext context)
    {
        await SleepAsync(context);
        return request;
    }

    public override async Task SleepStream(Empty request, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new Number { Value = 1 });
        await SleepAsync(context);
    }

    public override async Task<Empty> Mirror(Empty request, ServerCallContext context)
    {
        var headers = new Metadata();
        foreach (var entry in context.RequestHeaders.Where(entry => entry.Key.StartsWith("x-", StringComparison.Ordinal)))
        {
            headers.Add(entry);
            context.ResponseTrailers.Add(entry.IsBinary
                ? new Metadata.Entry($"trailing-{entry.Key}", entry.ValueBytes)
                : new Metadata.Entry($"trailing-{entry.Key}", entry.Value));
        }

        // .NET compresses no bytes to no bytes, which is not gzip, so other clients refuse an empty message that is compressed.
        context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        await context.WriteResponseHeadersAsync(headers);
        return request;
    }

    public override Task<Empty> Fail(Failure request, ServerCallContext context) => request.Code == 0
        ? throw new InvalidOperationException(request.Detail)
        : throw new RpcException(
            new Status((StatusCode)request.Code, request.Detail), new Metadata { { "x-why", "exhausted" }, { "x-why-bin", [7, 0] } });

    public override Task<Titan> Grow(Number request, ServerCallContext context) =>
        Task.FromResult(new Titan { Genome = ByteString.CopyFrom(new byte[request.Value]) });

    private async Task SleepAsync(ServerCallContext context)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        finally
        {
            log.SetCancelled(context);
        }
    }
}
