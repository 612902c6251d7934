using System.Runtime.CompilerServices;
using Godzilla.ServiceDefaults.Errors;

namespace Godzilla.Tests.Unit;

/// <summary>
/// Classes that run inside the tests' process wait longer for a store than a service does: a processor or disk that hesitates for a moment is no
/// fault of theirs. What a service answers when a store is late is tested with real services, which keep their limit, or with <see cref="AsAService"/>.
/// </summary>
internal static class PatientStores
{
    private static readonly TimeSpan OfServices = TimeoutExtensions.DependencyLimit;
    private static readonly TimeSpan OfTests = TimeSpan.FromSeconds(5);

    [ModuleInitializer]
    internal static void Begin() => TimeoutExtensions.DependencyLimit = OfTests;

    /// <summary>Until it is disposed of, calls wait only as long as they do in a service.</summary>
    public static IDisposable AsAService()
    {
        TimeoutExtensions.DependencyLimit = OfServices;
        return new Impatience();
    }

    private sealed class Impatience : IDisposable
    {
        public void Dispose() => Begin();
    }
}
