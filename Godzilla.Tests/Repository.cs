namespace Godzilla.Tests;

/// <summary>The files of this repository.</summary>
internal static class Repository
{
    // This project's output is four folders below.
    public static string Root { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../.."));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));
}
