namespace Godzilla.Inference.Mini.Json;

/// <summary>The formats of strings that OpenAI's structured outputs have; each written as a pattern of which every match is valid.</summary>
internal static class FormatGrammar
{
    private const string Day = "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    private const string Time = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z";
    private const string Byte = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])";
    private const string Label = "[a-z][a-z0-9]{1,11}";

    private static readonly Dictionary<string, string> Patterns = new()
    {
        ["date-time"] = $"{Day}T{Time}",
        ["date"] = Day,
        ["time"] = Time,
        ["duration"] = "P[1-9][0-9]?D",
        ["email"] = $@"[a-z][a-z0-9]{{1,15}}(\.[a-z0-9]{{1,15}})?@{Label}\.[a-z]{{2,4}}",
        ["hostname"] = $@"{Label}\.[a-z]{{2,4}}",
        ["ipv4"] = $@"{Byte}\.{Byte}\.{Byte}\.{Byte}",
        ["ipv6"] = "([1-9a-f][0-9a-f]{3}:){7}[1-9a-f][0-9a-f]{3}",
        ["uuid"] = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        ["uri"] = $@"https://{Label}\.[a-z]{{2,4}}",
    };

    /// <summary>The grammar of a format, or null for one that is not known, which JSON Schema lets anybody ignore.</summary>
    internal static Node? Build(string format) => Patterns.TryGetValue(format, out var pattern) ? PatternGrammar.Build(pattern) : null;
}
