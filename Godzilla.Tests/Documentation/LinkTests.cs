using System.Text;
using System.Text.RegularExpressions;

namespace Godzilla.Tests.Documentation;

/// <summary>What the documents point at is there.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void EveryLinkLeadsToAFileAndItsHeading()
    {
        var broken =
            from document in Documents()
            from Match link in Link().Matches(WithoutCode(File.ReadAllText(document)))
            let target = link.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal) && !Leads(document, target)
            select $"{Path.GetRelativePath(Repository.Root, document)}: {target}";

        Assert.Empty(broken);
    }

    [Fact]
    public void EveryTestThatThePageOnSecurityNamesIsThere()
    {
        var tests = typeof(LinkTests).Assembly.GetTypes().SelectMany(type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}")).ToHashSet(StringComparer.Ordinal);
        var named = TestName().Matches(Repository.Read("docs/security.md")).Select(match => match.Groups["name"].Value).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, tests));
    }

    [Fact]
    public void TheReadmeIsShort() => Assert.InRange(Repository.Read("README.md").Split('\n').Length, 1, 150);

    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Repository.Root, "*.md", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules" or ".git" or ".data" or "TestResults"));

    private static bool Leads(string document, string target)
    {
        var (path, heading) = target.Split('#') is [var before, var after] ? (before, after) : (target, null);
        var file = path.Length == 0 ? document : Path.GetFullPath(path, Path.GetDirectoryName(document)!);
        return (File.Exists(file) || Directory.Exists(file)) && (heading is null || HeadingsOf(file).Contains(heading));
    }

    // As GitHub makes them.
    private static HashSet<string> HeadingsOf(string file) => WithoutCode(File.ReadAllText(file)).Split('\n')
        .Where(line => line.StartsWith('#'))
        .Select(line => new string([.. line.TrimStart('#').Trim().ToLowerInvariant().Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')]).Replace(' ', '-'))
        .ToHashSet(StringComparer.Ordinal);

    private static string WithoutCode(string markdown)
    {
        var (text, isCode) = (new StringBuilder(), false);
        foreach (var line in markdown.Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (!isCode)
            {
                text.Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex TestName();
}
