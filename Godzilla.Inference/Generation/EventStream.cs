using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godzilla.Inference.OpenAI;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Inference.Generation;

/// <summary>
/// An answer of server-sent events. It begins with the first event, or with a comment once there was none for a while: an error before that
/// has a status of its own.
/// </summary>
internal sealed class EventStream : ICompletionSink, IAsyncDisposable
{
    private readonly HttpResponse _response;
    private readonly CancellationToken _cancellationToken;
    private readonly TimeProvider _time;
    private readonly TimeSpan _keepAlive;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ITimer _timer;
    private readonly bool _isStream;
    private long _sentAt;

    /// <param name="response">The answer.</param>
    /// <param name="isStream">Whether it is one of events; else the one that is sent is the whole body.</param>
    /// <param name="keepAlive">After how long without an event there is a comment.</param>
    /// <param name="time">The clock.</param>
    public EventStream(HttpResponse response, bool isStream, TimeSpan keepAlive, TimeProvider time)
    {
        (_response, _isStream, _keepAlive, _time) = (response, isStream, keepAlive, time);
        _cancellationToken = response.HttpContext.RequestAborted;
        _sentAt = time.GetTimestamp();
        _timer = isStream
            ? time.CreateTimer(static state => _ = ((EventStream)state!).KeepAliveAsync(), this, keepAlive, keepAlive / 2)
            : time.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void SetHeader(string name, string value)
    {
        if (!_response.HasStarted)
        {
            _response.Headers[name] = value;
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken) => SendAsync(id: null, json, cancellationToken);

    /// <summary>Sends one event with an id, from which a client that was cut off can go on.</summary>
    public ValueTask SendAsync(string? id, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) => SendAsync("id", id, json, cancellationToken);

    /// <summary>Sends one event with a type.</summary>
    public ValueTask SendAsync(string type, JsonObject json, CancellationToken cancellationToken) =>
        SendAsync("event", type, JsonSerializer.SerializeToUtf8Bytes(json), cancellationToken);

    private async ValueTask SendAsync(string field, string? value, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            Begin();
            var body = _response.BodyWriter;
            if (!_isStream)
            {
                // With its end, in one packet.
                _response.ContentLength = json.Length;
                body.Write(json.Span);
                return;
            }

            if (value is not null)
            {
                body.Write(Encoding.ASCII.GetBytes($"{field}: {value}\n"));
            }

            body.Write("data: "u8);
            body.Write(json.Span);
            body.Write("\n\n"u8);
            _sentAt = _time.GetTimestamp();
            await body.FlushAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Begins an answer in which no event may come.</summary>
    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            Begin();
            await _response.BodyWriter.FlushAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        await SendDoneAsync();
        await _timer.DisposeAsync();

        // A comment may be on its way.
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _response.CompleteAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends the end of a stream: <c>[DONE]</c>.</summary>
    public ValueTask SendDoneAsync(string? id = null) => _isStream ? SendAsync(id, "[DONE]"u8.ToArray(), _cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Sends an error into a stream that has begun.</summary>
    public ValueTask SendErrorAsync(OpenAIError error) => SendAsync(id: null, error.ToJson(), _cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();

        // A comment may be on its way.
        await _writing.WaitAsync();
        _writing.Dispose();
    }

    private void Begin()
    {
        if (_response.HasStarted)
        {
            return;
        }

        _response.StatusCode = StatusCodes.Status200OK;
        _response.ContentType = _isStream ? "text/event-stream; charset=utf-8" : "application/json";
        if (_isStream)
        {
            _response.Headers.CacheControl = "no-cache";
            _response.Headers["X-Accel-Buffering"] = "no";
            _response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        }
    }

    private async Task KeepAliveAsync()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _sentAt)) < _keepAlive * 0.9 || !_writing.Wait(0, CancellationToken.None))
        {
            return;
        }

        try
        {
            Begin();
            _response.BodyWriter.Write(": waiting\n\n"u8);
            _sentAt = _time.GetTimestamp();
            await _response.BodyWriter.FlushAsync(_cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client left; the request's own token says so.
        }
        finally
        {
            _writing.Release();
        }
    }
}
