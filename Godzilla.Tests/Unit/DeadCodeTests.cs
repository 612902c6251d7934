using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.SignalR;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Godzilla.Tests.Unit;

/// <summary>Every method, option and package of the services is used, by something other than tests.</summary>
public sealed class DeadCodeTests
{
    // The first brings the others of Aspire, the second is found by its name.
    private static readonly string[] ByName = ["Aspire.Hosting.AppHost", "Microsoft.ML.Tokenizers.Data.O200kBase"];

    // build/mini has a copy of these.
    private static readonly string[] ForTheTrainer = ["Godzilla.Inference.Mini.Model.MiniModel"];

    private static readonly string[] Projects = ["Accounts", "AppHost", "Chat", "Cli", "Gateway", "Inference", "Presence", "ServiceDefaults"];

    [Fact]
    public void NothingIsUnused()
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(Hub).Assembly.Location));
        var modules = Projects.Select(project => Module($"Godzilla.{project}", resolver)).ToList();
        var types = modules.SelectMany(module => module.GetTypes()).ToList();

        var used = types.SelectMany(type => type.Methods).Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions.Where(instruction => !IsItself(method, instruction)))
            .Select(instruction => (instruction.Operand as MethodReference)?.GetElementMethod())
            .Where(method => method?.DeclaringType.Scope.Name.StartsWith("Godzilla.", StringComparison.Ordinal) == true)
            .Select(method => method!.Resolve()?.FullName)
            .ToHashSet(StringComparer.Ordinal);
        var unused = types.Where(type => IsWritten(type) && !ForTheTrainer.Contains(type.FullName)).SelectMany(type => type.Methods).Where(IsCandidate).Select(method => method.FullName).Where(method => !used.Contains(method)).ToList();

        Assert.True(unused.Count == 0, string.Join('\n', unused));
    }

    [Fact]
    public void NoPackageIsUnused()
    {
        var unused =
            from project in Projects.Select(name => $"Godzilla.{name}")
            let assets = JsonElement.Parse(Repository.Read($"{project}/obj/project.assets.json"))
            let references = Module(project).AssemblyReferences.Select(reference => reference.Name).ToHashSet(StringComparer.Ordinal)
            from package in XDocument.Parse(Repository.Read($"{project}/{project}.csproj")).Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value)
            from target in assets.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject()
            where target.Name.StartsWith($"{package}/", StringComparison.OrdinalIgnoreCase) && !ByName.Contains(package)
            let assemblies = AssembliesOf(target.Value).ToList()
            where assemblies.Count > 0 && !assemblies.Exists(references.Contains)
            select $"{project}: {package}";

        Assert.Empty(unused);
    }

    private static IEnumerable<string> AssembliesOf(JsonElement package) => package.TryGetProperty("compile", out var files)
        ? files.EnumerateObject().Select(file => Path.GetFileNameWithoutExtension(file.Name)).Where(name => name != "_")
        : [];

    private static ModuleDefinition Module(string project, IAssemblyResolver? resolver = null) =>
        ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"{project}.dll"), new ReaderParameters { AssemblyResolver = resolver, InMemory = true });

    private static bool IsItself(MethodDefinition method, Instruction instruction) =>
        instruction.Operand is MethodReference called && called.GetElementMethod().FullName == method.FullName;

    // By somebody: not by the compiler or a generator.
    private static bool IsWritten(TypeDefinition type)
    {
        for (var outer = type; outer is not null; outer = outer.DeclaringType)
        {
            if (outer.Name.Contains('<') || IsGenerated(outer.CustomAttributes) || outer.Namespace.EndsWith(".V1", StringComparison.Ordinal)
                || outer.Namespace.Contains("Generated", StringComparison.Ordinal) || outer.Namespace == "Projects"
                || outer.BaseType?.Name is "JsonSerializerContext" or "MulticastDelegate" or "Enum")
            {
                return false;
            }
        }

        return true;
    }

    // What a framework calls is virtual, or an event of a hub; what is bound or serialised is a property of something else than options.
    private static bool IsCandidate(MethodDefinition method) =>
        !method.IsConstructor && !method.IsVirtual && !method.IsAddOn && !method.IsRemoveOn && !method.IsSetter && !method.Name.Contains('<')
        && !method.Name.StartsWith("op_", StringComparison.Ordinal)
        && !IsGenerated(method.CustomAttributes)
        && (!method.IsGetter || method.DeclaringType.Name.EndsWith("Options", StringComparison.Ordinal))
        && !(method.IsPublic && method.DeclaringType.BaseType is { } parent && parent.Name.StartsWith("Hub", StringComparison.Ordinal))
        && !(method.Name is "InvokeAsync" && method.Parameters is [{ ParameterType.Name: "HttpContext" }, ..]) // A middleware.
        && method.Name is not "BindService" // Of gRPC.
        && method.Module.EntryPoint != method;

    private static bool IsGenerated(IEnumerable<CustomAttribute> attributes) =>
        attributes.Any(attribute => attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute");
}
