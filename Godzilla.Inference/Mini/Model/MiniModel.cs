using System.Runtime.InteropServices;
using System.Text;

namespace Godzilla.Inference.Mini.Model;

/// <summary>
/// The trained model: the bytes of the vocabulary, an n-gram model with Kneser-Ney discounts, the answers that it knows with an index of
/// their questions, and the projection of its embeddings. Arrays as they are in the file, so that loading is reading.
/// </summary>
internal sealed class MiniModel
{
    /// <summary>The end of a text. It is drawn like any token and never shown.</summary>
    internal const int End = 199_999;

    /// <summary>What stands before a text; only ever context.</summary>
    internal const int Begin = 200_000;

    /// <summary>One more than the highest token that the model draws.</summary>
    internal const int TokenLimit = 200_000;

    /// <summary>How many tokens before a token the n-grams look at.</summary>
    internal const int MaxContext = 4;

    /// <summary>How many hashed features an embedding is projected from.</summary>
    internal const int EmbeddingFeatures = 1 << 14;

    /// <summary>How many of an embedding's dimensions are learnt; as many are a random projection, for words that the corpus does not have.</summary>
    internal const int LearntDimensions = 128;

    private const uint Magic = 0x315a4d47;

    /// <summary>Where each token's bytes begin in <see cref="TokenBlob"/>; one more entry than tokens.</summary>
    internal required int[] TokenStarts { get; init; }

    internal required byte[] TokenBlob { get; init; }

    /// <summary>Hashes of contexts, sorted.</summary>
    internal required ulong[] Contexts { get; init; }

    /// <summary>Where each context's followers begin; one more entry than contexts.</summary>
    internal required int[] FollowerStarts { get; init; }

    internal required int[] Followers { get; init; }

    /// <summary>The followers' discounted probabilities.</summary>
    internal required float[] FollowerProbabilities { get; init; }

    /// <summary>What each context leaves to the shorter one.</summary>
    internal required float[] Backoffs { get; init; }

    /// <summary>The tokens that may follow anything.</summary>
    internal required int[] BaseTokens { get; init; }

    internal required float[] BaseProbabilities { get; init; }

    /// <summary>Where each answer begins in <see cref="AnswerTokens"/>; each ends with <see cref="End"/>.</summary>
    internal required int[] AnswerStarts { get; init; }

    internal required int[] AnswerTokens { get; init; }

    /// <summary>The answers to what the model does not know.</summary>
    internal required int[] Fallbacks { get; init; }

    /// <summary>The answer of each indexed question.</summary>
    internal required int[] QuestionAnswers { get; init; }

    /// <summary>The features of questions, sorted.</summary>
    internal required uint[] QuestionFeatures { get; init; }

    /// <summary>How rare each feature is.</summary>
    internal required float[] FeatureWeights { get; init; }

    /// <summary>Where the questions of each feature begin; one more entry than features.</summary>
    internal required int[] PostingStarts { get; init; }

    internal required int[] PostingQuestions { get; init; }

    /// <summary>A feature's share in its question, whose shares have the length 1.</summary>
    internal required float[] PostingShares { get; init; }

    /// <summary>Beginnings of requests that ask for what follows them, in lower case, a line each, in UTF-8.</summary>
    internal required byte[] CopyCues { get; init; }

    /// <summary>How rare each hashed feature of embeddings is.</summary>
    internal required float[] EmbeddingWeights { get; init; }

    /// <summary>The learnt projection, <see cref="LearntDimensions"/> numbers a feature.</summary>
    internal required sbyte[] Projection { get; init; }

    /// <summary>What one unit of each learnt dimension of <see cref="Projection"/> is.</summary>
    internal required float[] ProjectionScales { get; init; }

    /// <summary>The bytes of a token; none for a special one.</summary>
    internal ReadOnlyMemory<byte> Bytes(int token) =>
        (uint)token + 1 < (uint)TokenStarts.Length
            ? TokenBlob.AsMemory(TokenStarts[token], TokenStarts[token + 1] - TokenStarts[token])
            : ReadOnlyMemory<byte>.Empty;

    /// <summary>The token that is one byte.</summary>
    internal int ByteToken(char value) => ByteTokens[(byte)value];

    /// <summary>An answer as text.</summary>
    internal string Text(int answer)
    {
        var bytes = new List<byte>();
        foreach (var token in Answer(answer))
        {
            bytes.AddRange(Bytes(token).Span);
        }

        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes));
    }

    internal ReadOnlySpan<int> Answer(int answer) => AnswerTokens.AsSpan(AnswerStarts[answer]..AnswerStarts[answer + 1]);

    /// <summary>The hash of a context that is one token longer to the left.</summary>
    internal static ulong Extend(ulong context, int token)
    {
        var hash = (context ^ (uint)token) * 0x9e3779b97f4a7c15;
        hash ^= hash >> 29;
        hash *= 0xbf58476d1ce4e5b9;
        return hash ^ (hash >> 32);
    }

    /// <exception cref="InvalidDataException">The file is not a model of this version.</exception>
    internal static MiniModel Load(string path)
    {
        using var file = File.OpenRead(path);
        using var reader = new BinaryReader(file);
        if (reader.ReadUInt32() != Magic)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} is not a model of this version.");
        }

        return new()
        {
            TokenStarts = Read<int>(reader),
            TokenBlob = Read<byte>(reader),
            Contexts = Read<ulong>(reader),
            FollowerStarts = Read<int>(reader),
            Followers = Read<int>(reader),
            FollowerProbabilities = Read<float>(reader),
            Backoffs = Read<float>(reader),
            BaseTokens = Read<int>(reader),
            BaseProbabilities = Read<float>(reader),
            AnswerStarts = Read<int>(reader),
            AnswerTokens = Read<int>(reader),
            Fallbacks = Read<int>(reader),
            QuestionAnswers = Read<int>(reader),
            QuestionFeatures = Read<uint>(reader),
            FeatureWeights = Read<float>(reader),
            PostingStarts = Read<int>(reader),
            PostingQuestions = Read<int>(reader),
            PostingShares = Read<float>(reader),
            CopyCues = Read<byte>(reader),
            EmbeddingWeights = Read<float>(reader),
            Projection = Read<sbyte>(reader),
            ProjectionScales = Read<float>(reader),
        };
    }

    internal void Save(string path)
    {
        using var file = File.Create(path);
        using var writer = new BinaryWriter(file);
        writer.Write(Magic);
        Write<int>(writer, TokenStarts);
        Write<byte>(writer, TokenBlob);
        Write<ulong>(writer, Contexts);
        Write<int>(writer, FollowerStarts);
        Write<int>(writer, Followers);
        Write<float>(writer, FollowerProbabilities);
        Write<float>(writer, Backoffs);
        Write<int>(writer, BaseTokens);
        Write<float>(writer, BaseProbabilities);
        Write<int>(writer, AnswerStarts);
        Write<int>(writer, AnswerTokens);
        Write<int>(writer, Fallbacks);
        Write<int>(writer, QuestionAnswers);
        Write<uint>(writer, QuestionFeatures);
        Write<float>(writer, FeatureWeights);
        Write<int>(writer, PostingStarts);
        Write<int>(writer, PostingQuestions);
        Write<float>(writer, PostingShares);
        Write<byte>(writer, CopyCues);
        Write<float>(writer, EmbeddingWeights);
        Write<sbyte>(writer, Projection);
        Write<float>(writer, ProjectionScales);
    }

    private int[] ByteTokens => field ??= FindByteTokens();

    // Every byte is a token of its own, among the first of the vocabulary.
    private int[] FindByteTokens()
    {
        var found = new int[256];
        for (var token = 0; token < 1024; token++)
        {
            if (Bytes(token) is { Length: 1 } bytes)
            {
                found[bytes.Span[0]] = token;
            }
        }

        return found;
    }

    private static T[] Read<T>(BinaryReader reader)
        where T : unmanaged
    {
        var items = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(items.AsSpan()));
        return items;
    }

    private static void Write<T>(BinaryWriter writer, ReadOnlySpan<T> items)
        where T : unmanaged
    {
        writer.Write(items.Length);
        writer.Write(MemoryMarshal.AsBytes(items));
    }
}
