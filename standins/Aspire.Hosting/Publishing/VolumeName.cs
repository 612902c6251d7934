using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>The name of a published volume that the model gives no name: it tells applications and resources apart.</summary>
internal static class VolumeName
{
    private const int HashLength = 10;

    public static string Of<T>(IResourceBuilder<T> builder, string suffix)
        where T : IResource
    {
        var application = builder.ApplicationBuilder.Environment.ApplicationName;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(application)))[..HashLength];
        return $"{application.ToLowerInvariant()}-{hash}-{builder.Resource.Name}-{suffix}";
    }
}
