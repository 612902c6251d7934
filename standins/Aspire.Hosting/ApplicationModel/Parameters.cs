using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is given from outside: configuration <c>Parameters:name</c>, or a default.</summary>
public class ParameterResource : Resource, IResourceWithoutLifetime, IExpressionValue
{
    private readonly Lazy<string> _value;

    /// <summary>Creates the resource.</summary>
    /// <param name="name">The name.</param>
    /// <param name="callback">Gets the value, given the default.</param>
    /// <param name="secret">Whether the value must not be shown.</param>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _value = new Lazy<string>(() => callback(Default));
        Secret = secret;
    }

    /// <summary>Where the value comes from when nobody gave one.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>What the parameter is for.</summary>
    public string? Description { get; set; }

    /// <summary>Whether <see cref="Description"/> is Markdown.</summary>
    public bool EnableDescriptionMarkdown { get; set; }

    /// <summary>Whether the value must not be shown.</summary>
    public bool Secret { get; }

    /// <summary>Whether the value is a connection string.</summary>
    public bool IsConnectionString { get; set; }

    /// <inheritdoc />
    public string ValueExpression => IsConnectionString ? $"{{{Name}.connectionString}}" : $"{{{Name}.value}}";

    /// <summary>The value.</summary>
    /// <exception cref="MissingParameterValueException">Nobody gave one, and there is no default.</exception>
    [Obsolete("Use GetValueAsync for async access or pass the ParameterResource directly to methods that accept it (e.g., environment variables).")]
    public string Value => _value.Value;

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value.Value);

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(ValueProviderContext _, CancellationToken cancellationToken) => new(_value.Value);
}

/// <summary>Where a parameter's value comes from when nobody gave one.</summary>
public abstract class ParameterDefault
{
    /// <summary>Makes the value.</summary>
    public abstract string GetDefaultValue();
}

/// <summary>A random value.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    // Letters that are easily taken for digits, and the other way round, stay; what a connection string gives a meaning does not.
    private const string LowerCharacters = "abcdefghijkmnpqrstuvwxyz";
    private const string UpperCharacters = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string NumericCharacters = "0123456789";
    private const string SpecialCharacters = "-_.{}~()*+!";

    /// <summary>The least number of characters.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether small letters are used.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether capital letters are used.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether digits are used.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether other characters are used.</summary>
    public bool Special { get; set; } = true;

    /// <summary>The least number of small letters.</summary>
    public int MinLower { get; set; }

    /// <summary>The least number of capital letters.</summary>
    public int MinUpper { get; set; }

    /// <summary>The least number of digits.</summary>
    public int MinNumeric { get; set; }

    /// <summary>The least number of other characters.</summary>
    public int MinSpecial { get; set; }

    /// <inheritdoc />
    public override string GetDefaultValue()
    {
        var value = new List<char>();
        var all = "";
        Take(Lower, MinLower, LowerCharacters, nameof(MinLower));
        Take(Upper, MinUpper, UpperCharacters, nameof(MinUpper));
        Take(Numeric, MinNumeric, NumericCharacters, nameof(MinNumeric));
        Take(Special, MinSpecial, SpecialCharacters, nameof(MinSpecial));
        if (all.Length == 0)
        {
            throw new InvalidOperationException("A generated value needs at least one kind of character.");
        }

        if (value.Count < MinLength)
        {
            value.AddRange(RandomNumberGenerator.GetItems<char>(all, MinLength - value.Count));
        }

        var characters = value.ToArray();
        RandomNumberGenerator.Shuffle<char>(characters);
        return new string(characters);

        void Take(bool used, int minimum, string characters, string name)
        {
            if (!used)
            {
                if (minimum > 0)
                {
                    throw new InvalidOperationException($"{name} is {minimum}, but characters of that kind are switched off.");
                }

                return;
            }

            all += characters;
            value.AddRange(RandomNumberGenerator.GetItems<char>(characters, minimum));
        }
    }
}

/// <summary>A value that is the same whenever it is asked for.</summary>
internal sealed class ConstantParameterDefault(Func<string> valueGetter) : ParameterDefault
{
    public override string GetDefaultValue() => valueGetter();
}

/// <summary>A value that is made once and kept between runs.</summary>
internal sealed class StoredParameterDefault(string name, ParameterDefault inner, Func<Orchestration.DataFolder> dataFolder) : ParameterDefault
{
    public override string GetDefaultValue() => dataFolder().Secrets.GetOrAdd($"Parameters:{name}", inner.GetDefaultValue);
}

/// <summary>A connection string that is given from outside: configuration <c>ConnectionStrings:name</c>.</summary>
internal sealed class ConnectionStringParameterResource : ParameterResource, IResourceWithConnectionString
{
    public ConnectionStringParameterResource(string name, Func<ParameterDefault?, string> callback, string? environmentVariableName)
        : base(name, callback, secret: true)
    {
        IsConnectionString = true;
        ConnectionStringEnvironmentVariable = environmentVariableName;
    }

    public string? ConnectionStringEnvironmentVariable { get; }

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{this}");
}
