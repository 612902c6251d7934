namespace Godzilla.Gateway.Limits;

/// <summary>A request's body that must have come within a time, which the first read starts.</summary>
internal sealed class TimedBody(Stream inner, TimeSpan limit, TimeProvider time) : Stream
{
    private CancellationTokenSource? _end;

    /// <summary>Whether a read has failed because the time was up. No more can be read of the body then.</summary>
    public bool IsTimedOut { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="BadHttpRequestException">The time is up: 408.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _end ??= new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, cancellationToken);
        try
        {
            return await inner.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException exception) when (_end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            IsTimedOut = true;
            throw new BadHttpRequestException("The body did not come in time.", StatusCodes.Status408RequestTimeout, exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override ValueTask DisposeAsync()
    {
        _end?.Dispose();
        return base.DisposeAsync();
    }
}
