namespace Godzilla.Fuzz;

/// <summary>The inputs that each target begins with: a file each, as it is or, with the extension <c>hex</c>, in hex digits.</summary>
internal static class Corpus
{
    private const string Hex = ".hex";

    /// <summary>The inputs of a target, with an empty one.</summary>
    public static IReadOnlyList<byte[]> Of(Target target) =>
        [[], .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "corpus", target.Name)).Order(StringComparer.Ordinal).Select(Read)];

    private static byte[] Read(string path) =>
        Path.GetExtension(path) == Hex ? Convert.FromHexString(string.Concat(File.ReadAllText(path).Where(char.IsAsciiHexDigit))) : File.ReadAllBytes(path);
}
