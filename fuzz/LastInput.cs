using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace Godzilla.Fuzz;

/// <summary>
/// Keeps the input that is being fed in a file that survives the process, and ends the process when an input takes too long: what overflows
/// the stack or never ends cannot be caught.
/// </summary>
internal sealed class LastInput : IDisposable
{
    /// <summary>The environment variable that tells the instrumented copy that it is one, and where its input is kept.</summary>
    public const string Variable = "FUZZ_LAST_INPUT";

    /// <summary>The exit code of a process in which an input took too long.</summary>
    public const int TookTooLong = 3;

    // Far more than any takes, also on a machine that has other things to do.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Timer _watch;
    private long _since;

    /// <param name="path">The file.</param>
    public LastInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, sizeof(int) + Mutator.MaxLength);
        _view = _file.CreateViewAccessor();
        _watch = new Timer(_ => EndIfLate(), state: null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Reads what a process left that ended in the middle of an input.</summary>
    /// <returns><see langword="null"/> if it did not.</returns>
    public static byte[]? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        var length = BitConverter.ToInt32(bytes);
        return length < 0 ? null : bytes[sizeof(int)..(sizeof(int) + length)];
    }

    public void Begin(byte[] input)
    {
        var length = Math.Min(input.Length, Mutator.MaxLength);
        _view.WriteArray(sizeof(int), input, 0, length);
        _view.Write(0, length);
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
    }

    public void End()
    {
        Volatile.Write(ref _since, 0);
        _view.Write(0, -1);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _view.Dispose();
        _file.Dispose();
    }

    private void EndIfLate()
    {
        if (Volatile.Read(ref _since) is not 0 and var since && Stopwatch.GetElapsedTime(since) > Limit)
        {
            Environment.Exit(TookTooLong);
        }
    }
}
