namespace Godzilla.Tests.Unit;

public sealed class ConfigurationReferenceTests
{
    private const string Document = "docs/operations.md";
    private const string Begin = "<!-- Written by ./godzilla docs. -->\n\n";
    private const string End = "<!-- End of what is written. -->";

    /// <summary>With <c>UPDATE_DOCS=1</c> it writes the reference instead: <c>./godzilla docs</c>.</summary>
    [Fact]
    public void TheReferenceSaysWhatTheOptionsClassesSay()
    {
        var (reference, text) = (ConfigurationReference.Write(), Repository.Read(Document));
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, Document), text[..begin] + reference + text[end..]);
            return;
        }

        Assert.True(text[begin..end] == reference, $"{Document} is not current: ./godzilla docs writes it.");
    }
}
