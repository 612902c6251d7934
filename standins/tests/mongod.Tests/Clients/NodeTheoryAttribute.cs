namespace Mongod.Tests.Clients;

/// <summary>A theory that needs Node.js.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute() => Skip = NodeFactAttribute.Reason;
}

/// <summary>A test that needs Node.js.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    internal static readonly string? Reason = Programs.IsOnPath("node") && Programs.IsOnPath("npm") ? null : "node and npm are not on PATH";

    public NodeFactAttribute() => Skip = Reason;
}
