namespace Godzilla.Inference.Generation;

/// <summary>Where a completion goes, piece by piece: to a client, or to what keeps it for one that comes back.</summary>
internal interface ICompletionSink
{
    /// <summary>Sets a header of the answer, unless the answer has begun.</summary>
    void SetHeader(string name, string value);

    /// <summary>Sends one event of a stream, or the whole of an answer that is not streamed.</summary>
    /// <param name="json">Valid only during the call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken);

    /// <summary>Ends the answer, if it ends with the completion. Nothing is sent after it.</summary>
    ValueTask EndAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
