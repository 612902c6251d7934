using Microsoft.Extensions.AI;
using Microsoft.ML.Tokenizers;

namespace Godzilla.Inference.Tokens;

/// <summary>Counts tokens with OpenAI's o200k vocabulary: exactly for text, by OpenAI's published rules for messages and tools.</summary>
internal sealed class TokenCounter
{
    /// <summary>What marks the border of a message.</summary>
    private const int PerMessage = 3;

    /// <summary>What the name of a message's author costs beside its text.</summary>
    private const int PerName = 1;

    /// <summary>What makes the model answer: it follows the last message.</summary>
    private const int PerAnswer = 3;

    // To parse 200,000 tokens takes most of a second and 42 MB, so there is one in the process.
    private static readonly Lazy<TiktokenTokenizer> Shared = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    private readonly Lazy<TiktokenTokenizer> _tokenizer = Shared;

    /// <summary>Loads the vocabulary, so that no request waits for it.</summary>
    public void Load() => _ = _tokenizer.Value;

    /// <summary>The number of tokens of a text. Names of special tokens in it are text.</summary>
    public int Count(string text) => Pieces(text).Sum(piece => _tokenizer.Value.CountTokens(piece));

    /// <summary>The tokens of a text. Names of special tokens in it are text.</summary>
    public IReadOnlyList<int> Encode(string text) => Pieces(text).SelectMany(piece => _tokenizer.Value.EncodeToIds(piece)).ToList();

    /// <summary>The text of tokens.</summary>
    /// <returns>The text, or <see langword="null"/> if one is no token.</returns>
    public string? Decode(IEnumerable<int> tokens)
    {
        try
        {
            return _tokenizer.Value.Decode(tokens);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The tokens of a prompt: each message with its overhead, and the three that begin the answer.</summary>
    public int CountPrompt(IEnumerable<ChatMessage> messages) => messages.Sum(CountMessage) + PerAnswer;

    /// <summary>The tokens that the declarations of tools add to a prompt.</summary>
    public int CountTools(IEnumerable<AITool>? tools) =>
        tools is null ? 0 : ToolTokens.Count(tools.OfType<AIFunctionDeclaration>(), Count);

    private int CountMessage(ChatMessage message)
    {
        var count = PerMessage + Count(message.Role.Value);
        if (message.AuthorName is { Length: > 0 } name)
        {
            count += PerName + Count(name);
        }

        foreach (var content in message.Contents)
        {
            count += content switch
            {
                TextContent text => Count(text.Text),
                FunctionCallContent call => Count(call.Name) + Count(ToolTokens.Arguments(call)),
                FunctionResultContent result => Count(result.Result?.ToString() ?? ""),
                _ => 0,
            };
        }

        return count;
    }

    // "<|endoftext|>" that somebody wrote is seven tokens of text. The tokenizer would take it for the special token; it cannot when the text is
    // split after "<|", where the vocabulary's pattern splits in any case.
    private static IEnumerable<string> Pieces(string text)
    {
        var start = 0;
        for (var at = text.IndexOf("<|endof", StringComparison.Ordinal); at >= 0; at = text.IndexOf("<|endof", start, StringComparison.Ordinal))
        {
            yield return text[start..(at + 2)];
            start = at + 2;
        }

        yield return start == 0 ? text : text[start..];
    }
}
