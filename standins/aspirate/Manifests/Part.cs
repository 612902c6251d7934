namespace Aspirate.Manifests;

/// <summary>A piece of a value: text, or a secret that only the cluster knows.</summary>
internal abstract record Part;

internal sealed record TextPart(string Text) : Part;

/// <summary>A secret parameter's value, as it is or encoded.</summary>
/// <param name="Parameter">The parameter, which is also the name of its Secret.</param>
/// <param name="Key">The key in the Secret.</param>
internal sealed record SecretPart(string Parameter, string Key) : Part
{
    /// <summary>The key of the value as it is.</summary>
    public const string ValueKey = "value";
}
