using System.Globalization;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// The folder with an application's data. One app host at a time uses it, and only its user may read it.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _lock = new();
    private FileStream? _lockFile;

    public DataFolder(string path)
    {
        Path = path;
        Secrets = new SecretsFile(this);
    }

    public string Path { get; }

    public SecretsFile Secrets { get; }

    /// <summary>The folder of the app host that <paramref name="builder"/> builds, also behind a builder that wraps another.</summary>
    public static DataFolder Of(IDistributedApplicationBuilder builder) =>
        ((AppHostInfo)builder.Services.Last(d => d.ServiceType == typeof(AppHostInfo)).ImplementationInstance!).DataFolder.Value;

    /// <summary>Creates the folder if need be, makes sure that it can be written, and takes it for this app host.</summary>
    /// <exception cref="DistributedApplicationException">One of that fails.</exception>
    public void Open()
    {
        lock (_lock)
        {
            if (_lockFile is not null)
            {
                return;
            }

            try
            {
                Create(Path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw Unwritable(exception);
            }

            var file = System.IO.Path.Combine(Path, ".lock");
            try
            {
                _lockFile = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                _lockFile.SetLength(0);
                _lockFile.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
                _lockFile.Flush();
            }
            catch (IOException exception) when (exception.GetType() == typeof(IOException) && File.Exists(file))
            {
                _lockFile?.Dispose();
                _lockFile = null;
                throw new DistributedApplicationException($"the data folder '{Path}' is in use by another app host", exception);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw Unwritable(exception);
            }
        }
    }

    /// <summary>Creates a folder below this one.</summary>
    public string CreateFolder(string name)
    {
        Open();
        var folder = System.IO.Path.Combine(Path, name);
        try
        {
            Create(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(exception);
        }

        return folder;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _lockFile?.Dispose();
            _lockFile = null;
        }
    }

    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }

    private DistributedApplicationException Unwritable(Exception exception) =>
        new($"the data folder '{Path}' cannot be written: {exception.Message} (configuration Aspire:Store:Path names another one)", exception);
}
