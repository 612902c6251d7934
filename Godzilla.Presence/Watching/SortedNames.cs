namespace Godzilla.Presence.Watching;

/// <summary>Names in the order of their code units, each once.</summary>
internal sealed class SortedNames
{
    private readonly List<string> _names = [];

    public SortedNames()
    {
    }

    public SortedNames(IEnumerable<string> names)
    {
        _names.AddRange(names.Distinct(StringComparer.Ordinal));
        _names.Sort(StringComparer.Ordinal);
    }

    public IReadOnlyList<string> All => _names;

    public bool Contains(string name) => _names.BinarySearch(name, StringComparer.Ordinal) >= 0;

    /// <returns><see langword="false"/> if it is there already.</returns>
    public bool Add(string name)
    {
        var at = _names.BinarySearch(name, StringComparer.Ordinal);
        if (at < 0)
        {
            _names.Insert(~at, name);
        }

        return at < 0;
    }

    /// <returns><see langword="false"/> if it was not there.</returns>
    public bool Remove(string name)
    {
        var at = _names.BinarySearch(name, StringComparer.Ordinal);
        if (at >= 0)
        {
            _names.RemoveAt(at);
        }

        return at >= 0;
    }
}
