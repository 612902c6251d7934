namespace Godzilla.ServiceDefaults.ApiKeys;

/// <summary>What an API key may be used for.</summary>
public static class ApiKeyScopes
{
    /// <summary>Generate text, and whatever else costs.</summary>
    public const string Inference = "inference";

    /// <summary>List the models.</summary>
    public const string ModelsRead = "models:read";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Inference, ModelsRead];
}
