namespace Godzilla.Fuzz;

/// <summary>Gives bytes to a parser. It throws if the parser does what it must not: an exception of the wrong kind, or a result that breaks a rule.</summary>
internal delegate void Feed(ReadOnlySpan<byte> input);

/// <summary>A parser of bytes that come from outside.</summary>
/// <param name="Name">Of its folder in <c>corpus/</c> too.</param>
/// <param name="Feed">Gives it one input.</param>
/// <param name="Words">Texts that inputs are likely to need, beside those of the corpus.</param>
internal sealed record Target(string Name, Feed Feed, params string[] Words);
