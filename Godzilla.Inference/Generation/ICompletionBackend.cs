namespace Godzilla.Inference.Generation;

/// <summary>Answers completions.</summary>
internal interface ICompletionBackend
{
    /// <summary>Answers one, as a stream of chunks or in one piece, and counts in its meter what it uses.</summary>
    /// <param name="job">What is asked for.</param>
    /// <param name="sink">Takes the answer.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task RunAsync(CompletionJob job, ICompletionSink sink, CancellationToken cancellationToken);
}
