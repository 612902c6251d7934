using System.Diagnostics;

namespace Godzilla.Fuzz;

/// <summary>A copy of this program in which the assemblies under test count their branches.</summary>
internal static class Instrumented
{
    private const string Folder = "instrumented";
    private const string Lock = ".lock";
    private const string Stamp = "complete";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Not all below the first: this copy is there.
    private static readonly (string Folder, SearchOption Search)[] Sources =
        [("", SearchOption.TopDirectoryOnly), ("il", SearchOption.TopDirectoryOnly), ("corpus", SearchOption.AllDirectories)];

    /// <summary>Runs it with the same arguments. It is made anew where something was built since.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="lastInput">Where it keeps its input.</param>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments, string lastInput)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, Folder);
        using (await LockAsync(folder + Lock))
        {
            if (!IsComplete(folder))
            {
                Make(folder);
            }
        }

        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(folder, Path.GetFileName(typeof(Instrumented).Assembly.Location)), .. arguments]);
        start.Environment[LastInput.Variable] = lastInput;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    // Another process may be making it.
    private static async Task<FileStream> LockAsync(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(Pause);
            }
        }
    }

    private static bool IsComplete(string folder)
    {
        var stamp = new FileInfo(Path.Combine(folder, Stamp));
        return stamp.Exists && Files().All(file => file.LastWriteTimeUtc < stamp.LastWriteTimeUtc);
    }

    private static IEnumerable<FileInfo> Files() =>
        Sources.SelectMany(source => new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, source.Folder)).EnumerateFiles("*", source.Search))
            .Where(file => file.Extension != Lock);

    private static void Make(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var from = AppContext.BaseDirectory;
        foreach (var file in Files())
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(from, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            file.CopyTo(copy);
        }

        foreach (var assembly in Directory.EnumerateFiles(Path.Combine(folder, "il")))
        {
            var copy = Path.Combine(folder, Path.GetFileName(assembly));
            File.Move(assembly, copy, overwrite: true);
            SharpFuzz.Fuzzer.Instrument(copy, _ => true, SharpFuzz.Options.Value);
        }

        File.WriteAllText(Path.Combine(folder, Stamp), "");
    }
}
