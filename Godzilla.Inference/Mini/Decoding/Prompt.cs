using System.Text;
using System.Text.RegularExpressions;
using Godzilla.Inference.Mini.Json;
using Godzilla.Inference.Mini.Model;
using Godzilla.Inference.Tokens;
using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Mini.Decoding;

/// <summary>What the model takes from a conversation: which texts support the answer, and what values the last message has.</summary>
internal sealed partial class Prompt
{
    /// <summary>Below this likeness to every known question, the model says that it does not know.</summary>
    private const float Known = 0.42f;

    /// <summary>How many answers support the text.</summary>
    private const int MaxAnswers = 4;

    /// <summary>How fast an answer counts less as its question is less like the prompt.</summary>
    private const float Sharpness = 24;

    /// <summary>After this many tokens a string of a document ends, and one that names something.</summary>
    private const int LongText = 96, ShortText = 12;

    private static readonly string[] Prose =
    [
        "answer", "response", "reply", "text", "message", "content", "summary", "description", "explanation", "reason", "comment", "body",
        "result", "output", "note", "thought", "greeting", "paragraph", "sentence",
    ];

    private static readonly string[] Places = ["city", "location", "place", "country", "town", "destination", "origin", "address", "region"];

    private static readonly HashSet<string> Openers = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "add", "an", "and", "answer", "are", "book", "call", "can", "check", "could", "create", "describe", "do", "extract", "find", "for", "get", "give",
        "hello", "hey", "hi", "how", "i", "i'm", "in", "is", "it", "json", "list", "look", "make", "my", "name", "on", "order", "please", "return", "say", "search", "send", "set",
        "show", "tell", "the", "there", "this", "use", "was", "we", "what", "what's", "when", "where", "which", "who", "why", "will", "write", "you", "your",
    };

    private readonly MiniModel _model;
    private readonly TokenCounter _tokens;
    private readonly List<ChatMessage> _messages;
    private readonly HashSet<string> _words;
    private readonly List<(string Text, bool IsPlace)> _spans;

    internal Prompt(MiniModel model, TokenCounter tokens, IEnumerable<ChatMessage> messages)
    {
        _model = model;
        _tokens = tokens;
        _messages = [.. messages];
        Question = _messages.LastOrDefault(message => message.Role == ChatRole.User)?.Text ?? _messages.LastOrDefault()?.Text ?? "";
        _words = [.. TextFeatures.Words(Question).Select(TextFeatures.Stem)];
        _spans = [.. FindSpans(Question)];
    }

    /// <summary>The last message of the user.</summary>
    internal string Question { get; }

    /// <summary>The texts that an answer may follow.</summary>
    internal List<Support> Answers() => Answers(isJson: false);

    /// <summary>Whether the last message of the user has all the words of a value.</summary>
    internal bool Mentions(string value) => TextFeatures.Words(value) is { Count: > 0 } words && words.TrueForAll(word => _words.Contains(TextFeatures.Stem(word)));

    /// <summary>
    /// The texts that a string of a document may follow, and after how many tokens it ends. What strings have been filled with is in
    /// <paramref name="used"/>, and is added to it.
    /// </summary>
    internal (List<Support> Supports, int Limit) Fill(ValueNode? value, HashSet<string> used)
    {
        if (value is null || IsProse(value))
        {
            return (Answers(isJson: true), LongText);
        }

        var spans = Ordered(value, used);
        return spans.Count > 0
            ? ([.. spans.Select((span, place) => Follow(JsonText.Plain(span), MathF.Pow(0.05f, place)))], LongText)
            : (Answers(isJson: true), ShortText);
    }

    /// <summary>The numbers and names of the last message, for values that have a form.</summary>
    internal List<Support> Spans(ValueNode value, HashSet<string> used)
    {
        var texts = value.Kind == ValueKind.Number ? [.. Number().Matches(Question).Select(match => match.Value)] : Ordered(value, used);
        var fresh = texts.Where(text => value.Kind != ValueKind.Number || used.Add($"#{text}")).ToList();
        return [.. (fresh.Count > 0 ? fresh : texts).Take(4).Select((text, place) => Follow(text, MathF.Pow(0.05f, place)))];
    }

    private static bool IsProse(ValueNode value) =>
        Prose.Any(word => value.Name.Contains(word, StringComparison.OrdinalIgnoreCase)) || value.Name.Length == 0;

    // The best for this value first. What has filled another value comes last.
    private List<string> Ordered(ValueNode value, HashSet<string> used)
    {
        var wantsPlace = Places.Any(word => value.Name.Contains(word, StringComparison.OrdinalIgnoreCase));
        var wantsAddress = value.Name.Contains("mail", StringComparison.OrdinalIgnoreCase);
        var wantsLink = value.Name.Contains("url", StringComparison.OrdinalIgnoreCase) || value.Name.Contains("link", StringComparison.OrdinalIgnoreCase);
        var ordered = _spans
            .OrderBy(span => used.Contains(span.Text))
            .ThenByDescending(span => wantsAddress == span.Text.Contains('@', StringComparison.Ordinal))
            .ThenByDescending(span => wantsLink == span.Text.Contains("://", StringComparison.Ordinal))
            .ThenByDescending(span => wantsPlace == span.IsPlace)
            .Select(span => span.Text)
            .Take(4)
            .ToList();
        if (ordered.Count > 0)
        {
            used.Add(ordered[0]);
        }

        return ordered;
    }

    private static IEnumerable<(string Text, bool IsPlace)> FindSpans(string question)
    {
        foreach (Match match in Span().Matches(question))
        {
            var text = match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Value;
            var before = question.AsSpan(0, match.Index).TrimEnd();
            if (match.Groups["name"].Success)
            {
                // A capital at the beginning of a sentence says nothing.
                var words = text.Split(' ');
                var isOpening = before.IsEmpty || ".!?:\n".Contains(before[^1]);
                text = isOpening && Openers.Contains(words[0]) ? string.Join(' ', words.Skip(1)) : text;
                if (text.Length == 0 || Openers.Contains(text))
                {
                    continue;
                }
            }

            var preposition = before[(before.LastIndexOf(' ') + 1)..];
            yield return (text, preposition is "in" or "at" or "to" or "from" or "near" or "for");
        }
    }

    private Support Follow(string text, float weight) => new((int[])[.. _tokens.Encode(text), MiniModel.End], weight);

    private List<Support> Answers(bool isJson)
    {
        if (_messages.Count > 0 && _messages[^1].Role == ChatRole.Tool)
        {
            return [Follow(Formed(Result(_messages[^1]), isJson), 1)];
        }

        if (Copied() is { } copied)
        {
            return [Follow(Formed(copied, isJson), 1)];
        }

        var found = QuestionIndex.Find(_model, Question, MaxAnswers);
        var previous = _messages.Where(message => message.Role == ChatRole.User).SkipLast(1).LastOrDefault()?.Text;
        if (previous is not null && (found.Count == 0 || found[0].Likeness < Known))
        {
            // "And how large is it?" asks about what was asked before.
            found = QuestionIndex.Find(_model, $"{previous} {Question}", MaxAnswers);
        }

        var texts = found.Select(answer => (Tokens: Answer(answer.Answer, isJson), answer.Likeness)).ToList();
        texts.AddRange(Said().Select(said => ((ReadOnlyMemory<int>)Encode(Formed(said.Text, isJson)), said.Likeness)));
        texts = [.. texts.OrderByDescending(text => text.Likeness).Take(MaxAnswers)];
        if (texts.Count == 0 || texts[0].Likeness < Known)
        {
            return Unknown(isJson);
        }

        return [.. texts.Select(text => new Support(text.Tokens, MathF.Exp((text.Likeness - texts[0].Likeness) * Sharpness)))];
    }

    // Which of the ways to say so comes first depends on the question, so that not all questions get the same.
    private List<Support> Unknown(bool isJson)
    {
        var first = (int)(TextFeatures.Hash(Question) % (uint)_model.Fallbacks.Length);
        return [.. _model.Fallbacks.Select((answer, place) => new Support(Answer(answer, isJson), place == first ? 1 : 0.1f))];
    }

    // Sentences of the conversation that are like the question: "My cat is called Mio." answers what the cat is called.
    private IEnumerable<(string Text, float Likeness)> Said()
    {
        var query = TextFeatures.Query(Question);
        return _messages
            .Where(message => message.Role != ChatRole.Tool)
            .SelectMany(message => Sentence().Split(message.Text))
            .Where(sentence => sentence.Length is > 8 and < 1000 && !sentence.TrimEnd().EndsWith('?') && !ReferenceEquals(sentence, Question))
            .Select(sentence => sentence.Trim())
            .Where(sentence => sentence != Question.Trim())
            .TakeLast(200)
            .Select(sentence => (sentence, QuestionIndex.Likeness(_model, query, sentence)))
            .Where(sentence => sentence.Item2 > Known);
    }

    private string? Copied()
    {
        var question = Question.Trim();
        var cue = Encoding.UTF8.GetString(_model.CopyCues).Split('\n')
            .Where(cue => question.StartsWith(cue, StringComparison.OrdinalIgnoreCase) && question.Length > cue.Length && !char.IsLetterOrDigit(question[cue.Length]))
            .MaxBy(cue => cue.Length);
        if (cue is null)
        {
            return null;
        }

        var rest = question[cue.Length..].Trim(' ', ':', ',', '\n').Trim('"', '\'', '`', '\u201c', '\u201d');
        return rest.Length > 0 && !rest.StartsWith("something", StringComparison.OrdinalIgnoreCase) && !rest.StartsWith("json", StringComparison.OrdinalIgnoreCase)
            ? rest
            : null;
    }

    private string Result(ChatMessage message)
    {
        var result = message.Contents.OfType<FunctionResultContent>().FirstOrDefault();
        var call = _messages.SelectMany(earlier => earlier.Contents.OfType<FunctionCallContent>()).LastOrDefault(call => call.CallId == result?.CallId);
        var text = result?.Result?.ToString() ?? message.Text;
        return call is null ? $"The tool answered: {text}" : $"The tool {call.Name} answered: {text}";
    }

    private int[] Encode(string text) => [.. _tokens.Encode(text), MiniModel.End];

    private ReadOnlyMemory<int> Answer(int answer, bool isJson) =>
        isJson ? Encode(Formed(_model.Text(answer), isJson)) : _model.AnswerTokens.AsMemory(_model.AnswerStarts[answer]..(_model.AnswerStarts[answer + 1]));

    private static string Formed(string text, bool isJson) => isJson ? JsonText.Plain(text) : text;

    [GeneratedRegex(@"(?<=[.!?])\s+|\n+")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"-?(?<![\w.])\d+(\.\d+)?(?![\w])")]
    private static partial Regex Number();

    [GeneratedRegex("""
        "(?<quoted>[^"\n]{1,200})"|`(?<quoted>[^`\n]{1,200})`|[\w.+-]+@[\w-]+(\.[\w-]+)+|https?://[^\s"'<>]+|\d{4}-\d\d-\d\d(T[\d:]+Z)?|(?<name>\p{Lu}[\p{L}\d'-]*( \p{Lu}[\p{L}\d'-]*)*)
        """)]
    private static partial Regex Span();
}
