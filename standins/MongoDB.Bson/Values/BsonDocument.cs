using System.Collections;
using MongoDB.Bson.Storage;

namespace MongoDB.Bson;

/// <summary>Names and their values, in order.</summary>
public class BsonDocument : BsonValue, IComparable<BsonDocument>, IEnumerable<BsonElement>, IEquatable<BsonDocument>
{
    private const int IndexFrom = 8;

    private readonly List<BsonElement> _elements = [];

    // Built when a large document is searched, dropped when positions move.
    private Dictionary<string, int> _positions;

    /// <summary>Empty.</summary>
    public BsonDocument()
    {
    }

    /// <summary>With one element.</summary>
    /// <param name="element">The element.</param>
    public BsonDocument(BsonElement element) => Add(element);

    /// <summary>With the objects of a dictionary, as <see cref="BsonValue.Create"/> maps them.</summary>
    /// <param name="dictionary">Names and objects.</param>
    public BsonDocument(Dictionary<string, object> dictionary)
        : this((IEnumerable<KeyValuePair<string, object>>)dictionary)
    {
    }

    /// <summary>With named objects, as <see cref="BsonValue.Create"/> maps them.</summary>
    /// <param name="dictionary">Names and objects.</param>
    public BsonDocument(IEnumerable<KeyValuePair<string, object>> dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        foreach (var (name, value) in dictionary)
        {
            Add(name, BsonValue.Create(value));
        }
    }

    /// <summary>With elements.</summary>
    /// <param name="elements">The elements.</param>
    public BsonDocument(IEnumerable<BsonElement> elements) => AddRange(elements);

    /// <summary>With one element.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public BsonDocument(string name, BsonValue value) => Add(name, value);

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Document;

    /// <summary>How many elements there are.</summary>
    public virtual int ElementCount => _elements.Count;

    /// <summary>The elements.</summary>
    public virtual IEnumerable<BsonElement> Elements => _elements;

    /// <summary>The names.</summary>
    public virtual IEnumerable<string> Names => _elements.Select(e => e.Name);

    /// <summary>The values.</summary>
    public virtual IEnumerable<BsonValue> Values => _elements.Select(e => e.Value);

    /// <inheritdoc cref="BsonValue.this[int]" />
    public override BsonValue this[int index]
    {
        get => _elements[index].Value;
        set => _elements[index] = new BsonElement(_elements[index].Name, value);
    }

    /// <summary>The value of a name. Setting one that is not there adds it.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">On reading: there is no such name.</exception>
    public override BsonValue this[string name]
    {
        get => GetValue(name);
        set => Set(name, value);
    }

    /// <summary>Reads extended JSON.</summary>
    /// <param name="json">The text of one document.</param>
    /// <returns>The document.</returns>
    /// <exception cref="FormatException">The text is not one JSON document.</exception>
    public static BsonDocument Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return JsonText.ReadDocument(json);
    }

    /// <summary>Reads extended JSON, or says that the text is none.</summary>
    /// <param name="s">The text.</param>
    /// <param name="result">The document, or null.</param>
    /// <returns>Whether the text is a document.</returns>
    public static bool TryParse(string s, out BsonDocument result)
    {
        try
        {
            result = s == null ? null : Parse(s);
        }
        catch (FormatException)
        {
            result = null;
        }

        return result is not null;
    }

    /// <summary>Adds an element.</summary>
    /// <param name="element">The element.</param>
    /// <returns>This document.</returns>
    /// <exception cref="InvalidOperationException">The name is there already.</exception>
    public virtual BsonDocument Add(BsonElement element)
    {
        if (Contains(element.Name))
        {
            throw new InvalidOperationException($"Duplicate element name '{element.Name}'.");
        }

        Append(element);
        return this;
    }

    /// <summary>Adds an element.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This document.</returns>
    public virtual BsonDocument Add(string name, BsonValue value) => Add(new BsonElement(name, value));

    /// <summary>Adds an element if a condition holds.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="condition">Whether to add.</param>
    /// <returns>This document.</returns>
    public virtual BsonDocument Add(string name, BsonValue value, bool condition) => condition ? Add(name, value) : this;

    /// <summary>Adds elements.</summary>
    /// <param name="elements">The elements.</param>
    /// <returns>This document.</returns>
    public virtual BsonDocument AddRange(IEnumerable<BsonElement> elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        foreach (var element in elements)
        {
            Add(element);
        }

        return this;
    }

    /// <summary>Removes every element.</summary>
    public virtual void Clear()
    {
        _elements.Clear();
        _positions = null;
    }

    /// <inheritdoc />
    public override BsonValue Clone()
    {
        var clone = new BsonDocument();
        clone._elements.AddRange(_elements);
        return clone;
    }

    /// <inheritdoc />
    public virtual int CompareTo(BsonDocument rhs) => base.CompareTo(rhs);

    /// <summary>Whether there is an element of this name.</summary>
    public virtual bool Contains(string name) => IndexOfName(name) >= 0;

    /// <summary>Whether there is an element of this value.</summary>
    public virtual bool ContainsValue(BsonValue value) => _elements.Exists(e => e.Value.Equals(value));

    /// <inheritdoc />
    public override BsonValue DeepClone()
    {
        var clone = new BsonDocument();
        foreach (var element in _elements)
        {
            clone._elements.Add(new BsonElement(element.Name, element.Value.DeepClone()));
        }

        return clone;
    }

    /// <inheritdoc />
    public bool Equals(BsonDocument obj) => Equals((object)obj);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonDocument other && _elements.SequenceEqual(other._elements);

    /// <summary>The element at a position.</summary>
    public virtual BsonElement GetElement(int index) => _elements[index];

    /// <summary>The element of a name.</summary>
    public virtual BsonElement GetElement(string name) =>
        TryGetElement(name, out var element) ? element : throw NoElement(name);

    /// <summary>The elements in order.</summary>
    public virtual IEnumerator<BsonElement> GetEnumerator() => _elements.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var element in _elements)
        {
            hash.Add(element);
        }

        return hash.ToHashCode();
    }

    /// <summary>The value at a position.</summary>
    public virtual BsonValue GetValue(int index) => _elements[index].Value;

    /// <summary>The value of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    public virtual BsonValue GetValue(string name) =>
        TryGetValue(name, out var value) ? value : throw NoElement(name);

    /// <summary>The value of a name, or another value.</summary>
    public virtual BsonValue GetValue(string name, BsonValue defaultValue) =>
        TryGetValue(name, out var value) ? value : defaultValue;

    /// <summary>Where a name is, or -1.</summary>
    public virtual int IndexOfName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_elements.Count < IndexFrom)
        {
            for (var i = 0; i < _elements.Count; i++)
            {
                if (_elements[i].Name == name)
                {
                    return i;
                }
            }

            return -1;
        }

        if (_positions == null)
        {
            // Readers may share a document, so a half-built index must never be seen.
            var positions = new Dictionary<string, int>(_elements.Count, StringComparer.Ordinal);
            for (var i = 0; i < _elements.Count; i++)
            {
                positions.TryAdd(_elements[i].Name, i);
            }

            _positions = positions;
        }

        return _positions.TryGetValue(name, out var position) ? position : -1;
    }

    /// <summary>Puts an element in.</summary>
    public virtual void InsertAt(int index, BsonElement element)
    {
        if (Contains(element.Name))
        {
            throw new InvalidOperationException($"Duplicate element name '{element.Name}'.");
        }

        _elements.Insert(index, element);
        _positions = null;
    }

    /// <summary>Adds the elements of another document whose names are new here.</summary>
    public virtual BsonDocument Merge(BsonDocument document) => Merge(document, overwriteExistingElements: false);

    /// <summary>Adds the elements of another document.</summary>
    /// <param name="document">The other document.</param>
    /// <param name="overwriteExistingElements">Whether its values replace those of the same name.</param>
    /// <returns>This document.</returns>
    public virtual BsonDocument Merge(BsonDocument document, bool overwriteExistingElements)
    {
        ArgumentNullException.ThrowIfNull(document);
        foreach (var element in document)
        {
            if (overwriteExistingElements || !Contains(element.Name))
            {
                Set(element.Name, element.Value);
            }
        }

        return this;
    }

    /// <summary>Removes the element of a name, if there is one.</summary>
    public virtual void Remove(string name)
    {
        var index = IndexOfName(name);
        if (index >= 0)
        {
            RemoveAt(index);
        }
    }

    /// <summary>Removes the element at a position.</summary>
    public virtual void RemoveAt(int index)
    {
        _elements.RemoveAt(index);
        _positions = null;
    }

    /// <summary>Sets the value at a position.</summary>
    public virtual BsonDocument Set(int index, BsonValue value)
    {
        this[index] = value;
        return this;
    }

    /// <summary>Sets the value of a name, or adds it.</summary>
    public virtual BsonDocument Set(string name, BsonValue value)
    {
        var index = IndexOfName(name);
        if (index >= 0)
        {
            this[index] = value;
        }
        else
        {
            Append(new BsonElement(name, value));
        }

        return this;
    }

    /// <summary>Sets the value of an element's name, or adds the element.</summary>
    public virtual BsonDocument SetElement(BsonElement element) => Set(element.Name, element.Value);

    /// <summary>The document as JSON.</summary>
    public override string ToString() => JsonText.Write(this);

    /// <summary>The element of a name, if there is one.</summary>
    public virtual bool TryGetElement(string name, out BsonElement value)
    {
        var index = IndexOfName(name);
        value = index >= 0 ? _elements[index] : default;
        return index >= 0;
    }

    /// <summary>The value of a name, if there is one.</summary>
    public virtual bool TryGetValue(string name, out BsonValue value)
    {
        var index = IndexOfName(name);
        value = index >= 0 ? _elements[index].Value : null;
        return index >= 0;
    }

    /// <summary>Adds an element whose name is known to be new.</summary>
    internal void Append(BsonElement element)
    {
        _positions?.TryAdd(element.Name, _elements.Count);
        _elements.Add(element);
    }

    private static KeyNotFoundException NoElement(string name) => new($"Element '{name}' not found.");
}
