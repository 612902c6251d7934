using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Godzilla.Tests.Unit;

internal static class FakeLogExtensions
{
    /// <summary>What was logged so far.</summary>
    public static IReadOnlyList<(LogLevel Level, string Message)> Entries<T>(this FakeLogger<T> logger) =>
        [.. logger.Collector.GetSnapshot().Select(record => (record.Level, record.Message))];
}
