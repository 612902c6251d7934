namespace Godzilla.Accounts.HelixFlow;

/// <summary>Whether clients of former systems are answered as they were there.</summary>
internal sealed class CompatibilityOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Compatibility";

    /// <summary>Whether <c>/login</c>, <c>/refresh</c>, <c>/revoke</c> and <c>/register</c> answer, as HelixFlow's auth service did.</summary>
    public bool HelixFlow { get; set; }
}
