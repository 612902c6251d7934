namespace Grpc.Core;

/// <summary>The library's version, as the package still has it.</summary>
public static class VersionInfo
{
    /// <summary>The assembly's.</summary>
    public const string CurrentAssemblyVersion = "2.0.0.0";

    /// <summary>The file's.</summary>
    public const string CurrentAssemblyFileVersion = "2.66.0.0";

    /// <summary>The package's.</summary>
    public const string CurrentVersion = "2.66.0-dev";
}
