namespace Aspire.Dashboard.Components;

/// <summary>Gives each name a colour, the same each time.</summary>
internal static class Palette
{
    private const int Colours = 8;
    private const uint FnvOffset = 2166136261;
    private const uint FnvPrime = 16777619;

    /// <summary>A class of app.css: <c>c0</c> to <c>c7</c>.</summary>
    public static string ClassOf(string name)
    {
        // Not string.GetHashCode, which differs from run to run.
        var hash = name.Aggregate(FnvOffset, (h, c) => (h ^ c) * FnvPrime);
        return ClassOf((int)(hash % Colours));
    }

    public static string ClassOf(int number) => $"c{number % Colours}";
}
