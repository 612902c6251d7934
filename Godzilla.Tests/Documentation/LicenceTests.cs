namespace Godzilla.Tests.Documentation;

public sealed class LicenceTests
{
    private const string Document = "docs/licences.md";
    private const string Begin = "<!-- Written by ./godzilla docs. -->\n\n";

    // They ask for their notice, and for nothing of what is built with them.
    private static readonly string[] Permissive = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Public domain", "Unlicense"];

    [Fact]
    public void WhatPeopleRunIsUnderPermissiveLicences() =>
        Assert.DoesNotContain(Licences.Shipped.Concat(Licences.StandIns), package => !Permissive.Contains(package.Licence));

    /// <summary>With <c>UPDATE_DOCS=1</c> it writes the list instead: <c>./godzilla docs</c>.</summary>
    [Fact]
    public void TheListNamesEveryPackage()
    {
        var (list, text) = (Licences.Write().TrimEnd('\n') + "\n", Repository.Read(Document));
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, Document), text[..begin] + list);
            return;
        }

        Assert.True(text[begin..] == list, $"{Document} is not current: ./godzilla docs writes it.");
    }
}
