using System.IO.Compression;
using System.Reflection;

namespace Godzilla.Inference.Mini.Training;

/// <summary>The bytes of o200k's tokens: the tokenizer gives only text, and a character may be spread over several tokens.</summary>
internal static class Vocabulary
{
    /// <exception cref="InvalidDataException">The data package is laid out in another way than the one known here.</exception>
    internal static (int[] Starts, byte[] Blob) Read()
    {
        const string Resource = "o200k_base.tiktoken.deflate";
        using var stream = Assembly.Load("Microsoft.ML.Tokenizers.Data.O200kBase").GetManifestResourceStream(Resource)
            ?? throw new InvalidDataException($"The data package has no resource {Resource}.");
        using var reader = new StreamReader(new DeflateStream(stream, CompressionMode.Decompress));

        // The first line says how many there are; then each line is a token in base 64, in the order of their ids.
        if (reader.ReadLine()?.StartsWith("Capacity:", StringComparison.Ordinal) != true)
        {
            throw new InvalidDataException($"{Resource} does not begin with its capacity.");
        }

        var starts = new List<int> { 0 };
        var blob = new List<byte>();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            blob.AddRange(Convert.FromBase64String(line));
            starts.Add(blob.Count);
        }

        return ([.. starts], [.. blob]);
    }
}
