using System.Globalization;
using System.Text;

namespace Mongod;

/// <summary>The folder with the data, which belongs to one running server at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    internal const string LockFile = "mongod.lock";
    internal const string FormatFile = "godzilla.format";

    private const string Format = "1";

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    internal string Path { get; }

    /// <summary>Makes the folder if need be, and takes it.</summary>
    /// <exception cref="StartException">It cannot be used, another server has it, or it holds something else.</exception>
    internal static DataFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var folder = new DataFolder(path, Lock(path));
            try
            {
                folder.CheckFormat();
                return folder;
            }
            catch
            {
                folder.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"the data folder '{path}' cannot be used: {exception.Message} Name another one with --dbpath.");
        }
    }

    /// <summary>Refuses a folder whose data is not this server's.</summary>
    internal static void CheckFormat(string path)
    {
        var file = System.IO.Path.Combine(path, FormatFile);
        if (!File.Exists(file))
        {
            throw Unusable($"the data folder '{path}' {WhatIsIn(path)} Name an empty folder, or a new one, with --dbpath.");
        }

        if (File.ReadAllText(file).Trim() is var format && format != Format)
        {
            throw Unusable($"the data folder '{path}' has format '{format}', and this server reads format {Format}: it was written by another version, which can still read it.");
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        var file = System.IO.Path.Combine(path, LockFile);
        try
        {
            var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            stream.SetLength(0);
            stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            stream.Flush();
            return stream;
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException) && File.Exists(file))
        {
            throw Unusable($"the data folder '{path}' is in use by another mongod. End that one, or name another folder with --dbpath.");
        }
    }

    private static string WhatIsIn(string path)
    {
        if (File.Exists(System.IO.Path.Combine(path, "WiredTiger")))
        {
            return "holds the data of MongoDB's own server, which this server cannot read.";
        }

        return Directory.EnumerateFiles(path, "*.db").Any()
            ? "holds data of Godzilla's earlier embedded document store, which this server cannot read."
            : "is not empty, and what is in it is not this server's.";
    }

    private void CheckFormat()
    {
        var file = System.IO.Path.Combine(Path, FormatFile);
        // A mount point brings a lost+found of its own.
        if (!File.Exists(file) && Directory.EnumerateFileSystemEntries(Path).All(e => System.IO.Path.GetFileName(e) is LockFile or "lost+found" || System.IO.Path.GetFileName(e).StartsWith('.')))
        {
            File.WriteAllText(file, Format + "\n");
        }

        CheckFormat(Path);
    }

    private static StartException Unusable(string message) => new(StartException.DataUnusable, message);
}
