using MongoDB.Bson;

namespace Godzilla.Accounts.Audit;

/// <summary>An entry as clients see it.</summary>
internal sealed record AuditView(string Id, string User, string Action, DateTime At, string Address, string UserAgent, string? Detail, string? By, int Count)
{
    public static AuditView Of(AuditEntry entry) => new(
        entry.Id.ToString(), entry.User, entry.Action, entry.At, entry.Address, entry.UserAgent, entry.Detail, entry.By, Math.Max(1, entry.Count));
}

/// <summary>A page of entries, the newest first.</summary>
/// <param name="NextCursor">Asks for the next page; <see langword="null"/> on the last.</param>
internal sealed record AuditPage(IReadOnlyList<AuditView> Entries, string? NextCursor) : Answer("Audit")
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    /// <summary>Whether a query can be answered.</summary>
    /// <param name="error">Otherwise, what is wrong.</param>
    public static bool TryParse(string? cursor, int? limit, out ObjectId? before, out string? error)
    {
        var isId = ObjectId.TryParse(cursor, out var id);
        before = isId ? id : null;
        error = limit is < 1 or > MaxLimit ? $"limit must be 1 to {MaxLimit}"
            : cursor is not null && !isId ? "cursor must be a next_cursor"
            : null;
        return error is null;
    }

    public static async Task<AuditPage> ReadAsync(AuditStore audit, string? user, ObjectId? before, int? limit, CancellationToken cancellationToken)
    {
        // One more than asked for shows whether there is a next page.
        var size = limit ?? DefaultLimit;
        var found = await audit.ListAsync(user, before, size + 1, cancellationToken);
        AuditView[] page = [.. found.Take(size).Select(AuditView.Of)];
        return new AuditPage(page, found.Count > size ? page[^1].Id : null);
    }
}
