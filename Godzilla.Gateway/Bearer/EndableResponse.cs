using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Gateway.Bearer;

/// <summary>
/// The response of a request whose key may end while it runs. It makes the forwarder stop as if the client had left, without the connection
/// being closed for that, so that an event can still be sent to the client. It stops between two events where it can.
/// </summary>
internal sealed class EndableResponse : PipeWriter, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature, IHttpResetFeature, IDisposable
{
    private readonly Lock _lock = new();
    private readonly HttpContext _context;
    private readonly IHttpResponseBodyFeature _body;
    private readonly IHttpRequestLifetimeFeature _lifetime;
    private readonly IHttpResetFeature? _reset;
    private readonly CancellationTokenSource _aborted;
    private readonly PipeWriter _writer;
    private Memory<byte> _memory;
    private Stream? _stream;
    private int _lineBreaks = 2;
    private bool _isWriting;
    private bool _isEnding;
    private bool _isDisposed;

    private EndableResponse(HttpContext context)
    {
        _context = context;
        _body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _lifetime = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        _reset = context.Features.Get<IHttpResetFeature>();
        _writer = _body.Writer;
        _aborted = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.RequestAborted);
        RequestAborted = _aborted.Token;
    }

    /// <summary>Whether its key has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether what was sent so far are whole events.</summary>
    public bool IsBetweenEvents => _lineBreaks >= 2;

    public CancellationToken RequestAborted { get; set; }

    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    public PipeWriter Writer => this;

    public override bool CanGetUnflushedBytes => _writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => _writer.UnflushedBytes;

    /// <summary>Takes the place of a request's own features.</summary>
    public static EndableResponse Install(HttpContext context)
    {
        var response = new EndableResponse(context);
        context.Features.Set<IHttpResponseBodyFeature>(response);
        context.Features.Set<IHttpRequestLifetimeFeature>(response);
        if (response._reset is not null)
        {
            context.Features.Set<IHttpResetFeature>(response);
        }

        return response;
    }

    /// <summary>Gives the features back.</summary>
    public void Uninstall()
    {
        _context.Features.Set(_body);
        _context.Features.Set(_lifetime);
        if (_reset is not null)
        {
            _context.Features.Set(_reset);
        }
    }

    /// <summary>Stops the forwarder: between two events, or at once.</summary>
    public void End(bool atOnce)
    {
        lock (_lock)
        {
            _isEnding = true;
            if (!atOnce && (_isWriting || !IsBetweenEvents))
            {
                return;
            }
        }

        Stop();
    }

    public void Abort()
    {
        // The forwarder saw the end and thinks that the client left.
        if (!HasEnded)
        {
            _lifetime.Abort();
        }
    }

    public void Reset(int errorCode)
    {
        if (!HasEnded)
        {
            _reset!.Reset(errorCode);
        }
    }

    public override void Advance(int bytes)
    {
        Begin();
        Note(_memory.Span[..bytes]);
        _writer.Advance(bytes);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = _writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var result = await _writer.FlushAsync(cancellationToken);
        Finish();
        return result;
    }

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        Begin();
        Note(source.Span);
        var result = await _writer.WriteAsync(source, cancellationToken);
        Finish();
        return result;
    }

    public override void CancelPendingFlush() => _writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _writer.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _writer.CompleteAsync(exception);

    public void DisableBuffering() => _body.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _body.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public Task CompleteAsync() => _body.CompleteAsync();

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        _aborted.Dispose();
    }

    private void Begin()
    {
        lock (_lock)
        {
            _isWriting = true;
        }
    }

    private void Finish()
    {
        lock (_lock)
        {
            _isWriting = false;
            if (!_isEnding || !IsBetweenEvents)
            {
                return;
            }
        }

        Stop();
    }

    private void Stop()
    {
        lock (_lock)
        {
            if (HasEnded || _isDisposed)
            {
                return;
            }

            HasEnded = true;
        }

        try
        {
            // On another thread: whoever says that a key has ended must not wait for what is cancelled.
            _ = _aborted.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The request has ended by itself.
        }
    }

    // How many line breaks the body ends with. An event ends with an empty line.
    private void Note(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes.Length;
        var breaks = 0;
        while (rest > 0 && bytes[rest - 1] is (byte)'\n' or (byte)'\r')
        {
            rest--;
            breaks += bytes[rest] == (byte)'\n' ? 1 : 0;
        }

        _lineBreaks = rest > 0 ? breaks : _lineBreaks + breaks;
    }
}
