using Aspirate.Secrets;

namespace Aspirate.Rendering;

/// <summary>Writes rendered files, and deletes those of an earlier time that are rendered no more.</summary>
internal static class OutputFolder
{
    public static void Write(string folder, IReadOnlyDictionary<string, string> files)
    {
        var isOurs = File.Exists(Path.Combine(folder, RequiredSecret.FileName));
        if (!isOurs && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new AspirateException($"'{folder}' holds something else than manifests of an earlier time: name an empty folder");
        }

        foreach (var file in isOurs ? Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories) : [])
        {
            if (!files.ContainsKey(Path.GetRelativePath(folder, file)))
            {
                File.Delete(file);
            }
        }

        foreach (var (file, text) in files)
        {
            var path = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }
}
