using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace Godzilla.Tests.Documentation;

/// <summary>A package that something here is built with or tested with.</summary>
/// <param name="Licence">An SPDX expression.</param>
internal sealed record LicencedPackage(string Name, string Version, string Licence);

/// <summary>The licences of all packages: NuGet's from their manifests, npm's from the lock files.</summary>
internal static class Licences
{
    private static readonly string[] Services = ["Accounts", "AppHost", "Chat", "Cli", "Gateway", "Inference", "Presence", "ServiceDefaults"];

    // These name a file or an address instead, or nothing.
    private static readonly Dictionary<string, string> ByHand = new(StringComparer.Ordinal)
    {
        ["parse-cache-control"] = "BSD-3-Clause",
        ["SQLite"] = "Public domain",
        ["xmlhttprequest-ssl"] = "MIT",
        ["xunit.abstractions"] = "Apache-2.0",
    };

    /// <summary>What is part of what people run: the services with their packages, and the page.</summary>
    public static IReadOnlyList<LicencedPackage> Shipped { get; } = [.. NuGet(Services.Select(service => $"Godzilla.{service}")), .. Npm("Godzilla.Gateway/Page")];

    /// <summary>What stand-ins bring besides.</summary>
    public static IReadOnlyList<LicencedPackage> StandIns { get; } = [.. NuGet(StandInProjects()).Except(Shipped)];

    /// <summary>What is used for tests besides.</summary>
    public static IReadOnlyList<LicencedPackage> Tests { get; } =
    [
        .. NuGet(["Godzilla.Tests", "fuzz"])
            .Concat(Npm("Godzilla.Tests/Clients")).Concat(Npm("standins/tests/mongod.Tests/Clients")).Distinct()
            .Except(Shipped).Except(StandIns).OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>What is used for measurements besides.</summary>
    public static IReadOnlyList<LicencedPackage> Measurements { get; } =
    [
        .. new[] { "chat", "inference", "page", "presence" }.SelectMany(name => Npm($"bench/{name}/others")).Distinct()
            .Except(Shipped).Except(StandIns).Except(Tests).OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase),
    ];

    /// <returns>A heading and a table for each, in Markdown.</returns>
    public static string Write()
    {
        var text = new StringBuilder();
        Write(text, "What people run", Shipped);
        Write(text, "Stand-ins, besides", StandIns);
        Write(text, "Tests, besides", Tests);
        Write(text, "Measurements, besides", Measurements);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string heading, IReadOnlyList<LicencedPackage> packages)
    {
        text.Append(CultureInfo.InvariantCulture, $"## {heading}\n\n| Package | Version | Licence |\n|---|---|---|\n");
        foreach (var (name, version, licence) in packages)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {version} | {licence} |\n");
        }

        text.Append('\n');
    }

    private static IEnumerable<string> StandInProjects() => Directory.EnumerateDirectories(Path.Combine(Repository.Root, "standins"))
        .Select(folder => Path.GetRelativePath(Repository.Root, folder))
        .Where(folder => File.Exists(AssetsOf(folder)));

    private static string AssetsOf(string project) => Path.Combine(Repository.Root, project, "obj", "project.assets.json");

    private static IEnumerable<LicencedPackage> NuGet(IEnumerable<string> projects) =>
        projects.SelectMany(NuGet).Distinct().OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase).ThenBy(package => package.Version, StringComparer.Ordinal);

    private static IEnumerable<LicencedPackage> NuGet(string project)
    {
        var assets = JsonElement.Parse(File.ReadAllText(AssetsOf(project)));
        var folders = assets.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        foreach (var library in assets.GetProperty("libraries").EnumerateObject().Where(library => library.Value.GetProperty("type").ValueEquals("package")))
        {
            var (name, version) = library.Name.Split('/') is [var id, var number] ? (id, number) : throw new InvalidOperationException(library.Name);
            var path = library.Value.GetProperty("path").GetString()!;
            var manifest = folders.Select(folder => Path.Combine(folder, path, $"{Path.GetDirectoryName(path)}.nuspec")).First(File.Exists);
            yield return new LicencedPackage(name, version, Of(name, XDocument.Load(manifest)));
        }
    }

    private static string Of(string name, XDocument manifest) =>
        manifest.Descendants().FirstOrDefault(element => element.Name.LocalName == "license" && element.Attribute("type")?.Value == "expression")?.Value
        ?? ByHand.GetValueOrDefault(name)
        ?? throw new InvalidOperationException($"{name} has no licence that is known.");

    private static IEnumerable<LicencedPackage> Npm(string folder) =>
        from package in JsonElement.Parse(Repository.Read($"{folder}/package-lock.json")).GetProperty("packages").EnumerateObject()
        where package.Name.Length > 0
        let name = package.Name[(package.Name.LastIndexOf("node_modules/", StringComparison.Ordinal) + "node_modules/".Length)..]
        let licence = package.Value.TryGetProperty("license", out var stated) ? stated.GetString()! : ByHand.GetValueOrDefault(name)
        select new LicencedPackage(name, package.Value.GetProperty("version").GetString()!, licence ?? throw new InvalidOperationException($"{name} has no licence that is known."));
}
