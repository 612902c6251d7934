namespace Godzilla.Inference.Mini.Model;

/// <summary>What of a text is compared with other texts: its words without endings, pairs of them, and parts of them.</summary>
internal static class TextFeatures
{
    // What says that something is wanted and not what: rare among the questions, so it would weigh more than their subject.
    private static readonly HashSet<string> Requests = ["about", "define", "describe", "explain", "give", "please", "show", "tell"];

    /// <summary>The words of a text in lower case: runs of letters and digits.</summary>
    internal static List<string> Words(ReadOnlySpan<char> text)
    {
        var words = new List<string>();
        var start = -1;
        for (var at = 0; at <= text.Length; at++)
        {
            if (at < text.Length && char.IsLetterOrDigit(text[at]))
            {
                start = start < 0 ? at : start;
            }
            else if (start >= 0)
            {
                words.Add(text[start..at].ToString().ToLowerInvariant());
                start = -1;
            }
        }

        return words;
    }

    /// <summary>A word without the commonest endings of English, so that "models" meets "model".</summary>
    internal static string Stem(string word)
    {
        foreach (var ending in (ReadOnlySpan<string>)["ing", "ed", "es", "s", "ly"])
        {
            if (word.Length - ending.Length >= 3 && word.EndsWith(ending, StringComparison.Ordinal) && !word.EndsWith("ss", StringComparison.Ordinal))
            {
                return word[..^ending.Length].TrimEnd('e');
            }
        }

        return word.Length > 3 ? word.TrimEnd('e') : word;
    }

    /// <summary>What a question is found by: its stems, and with less weight each pair of neighbours.</summary>
    internal static Dictionary<uint, float> Query(string text)
    {
        var features = new Dictionary<uint, float>();
        var last = "";
        foreach (var word in Words(text))
        {
            var stem = Stem(word);
            Add(features, Hash(stem), Requests.Contains(word) ? 0.3f : 1);
            Add(features, Hash($"{last} {stem}"), 0.4f);
            last = Requests.Contains(word) ? "" : stem;
        }

        return features;
    }

    /// <summary>The stems of a text, by which what belongs together is learnt.</summary>
    internal static Dictionary<uint, float> Stems(string text)
    {
        var features = new Dictionary<uint, float>();
        foreach (var word in Words(text))
        {
            Add(features, Hash(Stem(word)), 1);
        }

        return features;
    }

    /// <summary>The parts of three and four letters of each word, in which words that look alike meet.</summary>
    internal static Dictionary<uint, float> Parts(string text)
    {
        var features = new Dictionary<uint, float>();
        foreach (var word in Words(text))
        {
            var marked = $"^{word}$";
            for (var length = 3; length <= 4; length++)
            {
                for (var at = 0; at + length <= marked.Length; at++)
                {
                    Add(features, Hash(marked.AsSpan(at, length)), 1f / marked.Length);
                }
            }
        }

        return features;
    }

    /// <summary>A hash that is the same in every process (FNV-1a with a final mix).</summary>
    internal static uint Hash(ReadOnlySpan<char> text)
    {
        var hash = 2166136261u;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 16777619u;
        }

        hash ^= hash >> 15;
        hash *= 0x85ebca6bu;
        return hash ^ (hash >> 13);
    }

    private static void Add(Dictionary<uint, float> features, uint feature, float weight) =>
        features[feature] = features.GetValueOrDefault(feature) + weight;
}
