using System.Text.RegularExpressions;

namespace Godzilla.Inference.Mini.Training;

/// <summary>
/// What the model learns from. A text file has blocks between blank lines: "Q:" lines and an answer from "A:" on; "F:" an answer to what
/// is not known; "C:" the beginning of a request that asks for what follows it; anything else is prose. Of Markdown, the paragraphs are
/// read, each found by its heading.
/// </summary>
internal sealed partial class Corpus
{
    internal List<(string Text, int Answer)> Questions { get; } = [];

    internal List<string> Answers { get; } = [];

    internal List<int> Fallbacks { get; } = [];

    internal List<string> CopyCues { get; } = [];

    internal List<string> Prose { get; } = [];

    /// <exception cref="InvalidDataException">A block has no answer or no question.</exception>
    internal static Corpus Read(IEnumerable<string> files)
    {
        var corpus = new Corpus();

        // In the order of their names, so that the same sources always give the same model.
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(file).ReplaceLineEndings("\n");
            if (file.EndsWith(".md", StringComparison.Ordinal))
            {
                corpus.AddMarkdown(text);
            }
            else
            {
                corpus.AddBlocks(text, Path.GetFileName(file));
            }
        }

        return corpus;
    }

    /// <summary>What embeddings learn from: words of one passage are related.</summary>
    internal IEnumerable<string> Passages()
    {
        foreach (var group in Questions.GroupBy(question => question.Answer))
        {
            yield return $"{string.Join(' ', group.Select(question => question.Text))} {Answers[group.Key]}";
        }

        foreach (var text in Answers.Concat(Prose).SelectMany(text => Sentences().Split(text)).Where(text => text.Length > 20))
        {
            yield return text;
        }
    }

    private void AddBlocks(string text, string file)
    {
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var lines = block.Split('\n').Where(line => !line.StartsWith('#')).ToList();
            if (lines.Count == 0)
            {
                continue;
            }

            switch (lines[0][..Math.Min(2, lines[0].Length)])
            {
                case "Q:":
                    AddAnswered(lines, file);
                    break;
                case "F:":
                    Fallbacks.Add(Answers.Count);
                    Answers.Add(string.Join('\n', lines)[2..].Trim());
                    break;
                case "C:":
                    CopyCues.AddRange(lines.Select(line => line[2..].Trim()));
                    break;
                default:
                    Prose.Add(string.Join(' ', lines));
                    break;
            }
        }
    }

    private void AddAnswered(List<string> lines, string file)
    {
        var at = lines.FindIndex(line => line.StartsWith("A:", StringComparison.Ordinal));
        if (at < 1 || lines[..at].Exists(line => !line.StartsWith("Q:", StringComparison.Ordinal)))
        {
            throw new InvalidDataException($"{file}: no question or no answer: {lines[0]}");
        }

        Questions.AddRange(lines[..at].Select(line => (line[2..].Trim(), Answers.Count)));
        Answers.Add(string.Join('\n', lines[at..])[2..].Trim());
    }

    private void AddMarkdown(string text)
    {
        var heading = "";
        var isCode = false;
        var paragraph = new List<string>();
        foreach (var line in text.Split('\n').Append(""))
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!isCode && line.Length > 0 && !"#|>`!<".Contains(line[0]))
            {
                paragraph.Add(line.TrimStart('-', '*', ' '));
                continue;
            }

            var words = Marks().Replace(Link().Replace(string.Join(' ', paragraph), "$1"), "").Trim();
            paragraph.Clear();

            // A paragraph that is cut off by a table or code says too little by itself.
            if (words.Length > 80 && words[^1] == '.')
            {
                Questions.Add(($"{heading} {Sentences().Split(words)[0]}", Answers.Count));
                Answers.Add(words);
            }

            heading = line.StartsWith('#') ? line.TrimStart('#', ' ') : heading;
        }
    }

    [GeneratedRegex(@"(?<=[.!?])\s+")]
    private static partial Regex Sentences();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\*\*|`")]
    private static partial Regex Marks();
}
