using System.Text.Json;

namespace Aspire.Hosting.Orchestration;

/// <summary>The generated values that are kept between runs: a JSON object in a file that only its user may read.</summary>
internal sealed class SecretsFile(DataFolder folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly Lock _lock = new();
    private SortedDictionary<string, string>? _values;

    private string FilePath => Path.Combine(folder.Path, "secrets.json");

    /// <summary>Gets a value, or makes it and keeps it.</summary>
    public string GetOrAdd(string key, Func<string> make)
    {
        lock (_lock)
        {
            folder.Open();
            _values ??= Read();
            if (_values.TryGetValue(key, out var value))
            {
                return value;
            }

            value = _values[key] = make();
            Write(_values);
            return value;
        }
    }

    private SortedDictionary<string, string> Read()
    {
        try
        {
            return File.Exists(FilePath) ? JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllText(FilePath)) ?? [] : [];
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"the generated secrets in '{FilePath}' cannot be read: {exception.Message}", exception);
        }
    }

    private void Write(SortedDictionary<string, string> values)
    {
        // A new file takes the old one's place at once: whatever happens, one of them is there, whole.
        var temporary = $"{FilePath}.{Environment.ProcessId}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                JsonSerializer.Serialize(stream, values, Json);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, FilePath, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"the generated secrets cannot be kept in '{FilePath}': {exception.Message}", exception);
        }
    }
}
