using SQLitePCL;

namespace Mongod;

/// <summary>
/// Copies a data folder, also while a server writes to it: every database as it is at one moment, with all that was acknowledged before.
/// </summary>
internal static class Backup
{
    /// <exception cref="StartException">The copy could not be made, and what was begun of it is deleted.</exception>
    internal static void Copy(string dataPath, string target)
    {
        try
        {
            if (!Directory.Exists(dataPath))
            {
                throw Failed($"there is no data folder '{dataPath}'");
            }

            DataFolder.CheckFormat(dataPath);
            if (Path.Exists(target))
            {
                throw Failed($"'{target}' is there already. Name a new folder with --backup.");
            }

            var copy = Directory.CreateDirectory(target + ".part").FullName;
            try
            {
                Batteries_V2.Init();
                foreach (var file in Directory.EnumerateFiles(dataPath, "*.db"))
                {
                    CopyDatabase(file, Path.Combine(copy, Path.GetFileName(file)));
                }

                // The mark comes last, so that half a copy is no data folder.
                File.Copy(Path.Combine(dataPath, DataFolder.FormatFile), Path.Combine(copy, DataFolder.FormatFile));
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(copy, File.GetUnixFileMode(dataPath));
                }

                Directory.Move(copy, target);
            }
            catch
            {
                Directory.Delete(copy, recursive: true);
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed($"the data could not be copied: {exception.Message}");
        }
    }

    private static void CopyDatabase(string from, string to)
    {
        const int BusyMilliseconds = 10_000;

        Check(raw.sqlite3_open_v2(from, out var source, raw.SQLITE_OPEN_READWRITE, null), from);
        using (source)
        {
            Check(raw.sqlite3_open_v2(to, out var target, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, null), to);
            using (target)
            {
                raw.sqlite3_busy_timeout(source, BusyMilliseconds);
                using var backup = raw.sqlite3_backup_init(target, "main", source, "main");
                if (backup.IsInvalid)
                {
                    Check(raw.sqlite3_errcode(target), to);
                }

                // All pages in one step are one read transaction: writers go on, and are not seen.
                var code = raw.sqlite3_backup_step(backup, -1);
                raw.sqlite3_backup_finish(backup);
                Check(code == raw.SQLITE_DONE ? raw.SQLITE_OK : code, to);
            }
        }
    }

    private static void Check(int code, string file)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Failed($"the data could not be copied: '{file}': {raw.sqlite3_errstr(code).utf8_to_string()}");
        }
    }

    private static StartException Failed(string message) => new(StartException.DataUnusable, message);
}
