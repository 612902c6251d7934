namespace Godzilla.Inference.Budgets;

/// <summary>
/// A reservation as Redis keeps it. The id is made here, so that one whose answer is lost can be given back. When it was admitted, by Redis's
/// clock in seconds since 1970 and as a date, is known once it is, and so is the epoch.
/// </summary>
internal sealed record Entry(string Id, string User, string Key, string Model, Spend Most, string Epoch = "", long Second = 0, string Day = "")
{
    private const char Separator = '\n';

    public string Format() => string.Join(Separator, User, Key, Model, Most.Tokens, Most.MicroDollars, Second, Day);

    /// <summary>Reads what a script has written.</summary>
    public static Entry Parse(string id, string lines)
    {
        var parts = lines.Split(Separator);
        return new Entry(id, parts[0], parts[1], parts[2], new Spend(long.Parse(parts[3]), long.Parse(parts[4])), "", long.Parse(parts[5]), parts[6]);
    }
}
