namespace Godzilla.Inference.Mini.Decoding;

/// <summary>
/// The candidates for the next token and how likely each is. One a thread, used for one step at a time: a stream keeps nothing of this
/// size, so thousands of them fit into memory.
/// </summary>
internal sealed class TokenMasses
{
    private const int Slots = 4096;

    /// <summary>Half of the slots: what is added past it is dropped, so that a look-up stays short.</summary>
    internal const int Limit = Slots / 2;

    [ThreadStatic]
    private static TokenMasses? _ofThread;

    private readonly int[] _places = new int[Slots];
    private readonly int[] _tokens = new int[Limit];
    private readonly float[] _masses = new float[Limit];
    private readonly int[] _slots = new int[Limit];

    internal int Count { get; private set; }

    internal ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    internal ReadOnlySpan<float> Masses => _masses.AsSpan(0, Count);

    /// <summary>This thread's, empty.</summary>
    internal static TokenMasses Rent()
    {
        var masses = _ofThread ??= new();
        masses.Clear();
        return masses;
    }

    /// <summary>Adds to a token's mass, and answers its place; -1 if there are too many candidates.</summary>
    internal int Add(int token, float mass)
    {
        var slot = (int)(((uint)token * 2654435769u) >> 20);
        for (; _places[slot] != 0; slot = (slot + 1) & (Slots - 1))
        {
            if (_tokens[_places[slot] - 1] == token)
            {
                _masses[_places[slot] - 1] += mass;
                return _places[slot] - 1;
            }
        }

        if (Count == Limit)
        {
            return -1;
        }

        _tokens[Count] = token;
        _masses[Count] = mass;
        _slots[Count] = slot;
        _places[slot] = ++Count;
        return Count - 1;
    }

    /// <summary>Sets the mass of the candidate at a place to nothing.</summary>
    internal void Remove(int place) => _masses[place] = 0;

    private void Clear()
    {
        for (var at = 0; at < Count; at++)
        {
            _places[_slots[at]] = 0;
        }

        Count = 0;
    }
}
