using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Dashboard;

internal static class Keys
{
    /// <summary>Compares in a time that does not depend on where two keys differ.</summary>
    public static bool AreEqual(string expected, string? actual) =>
        actual is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(actual));
}
