namespace Godzilla.Inference.Usage;

/// <summary>
/// What one reservation has cost, as Redis keeps it until it is in <c>inferencedb</c>; or what sets an earlier record right, with a <c>c</c>
/// behind the id. The day, yyyy-MM-dd, is that on which the request was admitted, and the time, in milliseconds since 1970, that at which it
/// ended. Unaccounted are the tokens of the worst case, where the process died.
/// </summary>
internal sealed record UsageRecord(
    string Id,
    string Writer,
    string User,
    string Key,
    string Model,
    string Day,
    int Requests,
    long Prompt,
    long Completion,
    long Cached,
    long Unaccounted,
    long MicroDollars,
    long At,
    string Epoch)
{
    private const int MonthLength = 7;

    public string Month => Day[..MonthLength];

    public long Tokens => Prompt + Completion + Unaccounted;

    /// <summary>The document that it is added to.</summary>
    public string DocumentId => $"{Day}/{Writer}/{User}/{Key}/{Model}";

    /// <summary>Reads what a script has written.</summary>
    public static UsageRecord Parse(string id, string lines)
    {
        var parts = lines.Split('\n');
        return new UsageRecord(
            id, parts[0], parts[1], parts[2], parts[3], parts[4], int.Parse(parts[5]), long.Parse(parts[6]), long.Parse(parts[7]),
            long.Parse(parts[8]), long.Parse(parts[9]), long.Parse(parts[10]), long.Parse(parts[11]), parts[12]);
    }
}
