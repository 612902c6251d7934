using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value from outside: configuration <c>Parameters:name</c>, or a default.</summary>
public class ParameterResource : Resource, IExpressionValue
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

    /// <summary>The value when none is configured.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>Whether the value must not be shown.</summary>
    public bool Secret { get; }

    /// <inheritdoc />
    public string ValueExpression => $"{{{Name}.{(this is IResourceWithConnectionString ? "connectionString" : "value")}}}";

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value.Value);
}

/// <summary>A parameter's value when none is configured.</summary>
public abstract class ParameterDefault
{
    /// <summary>Makes the value.</summary>
    public abstract string GetDefaultValue();
}

/// <summary>A random value.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    // The real package's sets. Characters that have a meaning in connection strings are left out.
    private const string LowerCharacters = "abcdefghijkmnpqrstuvwxyz";
    private const string UpperCharacters = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string NumericCharacters = "0123456789";
    private const string SpecialCharacters = "-_.{}~()*+!";

    /// <summary>The smallest number of characters.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether lower-case letters are used.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether upper-case letters are used.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether digits are used.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether other characters are used.</summary>
    public bool Special { get; set; } = true;

    /// <summary>The smallest number of lower-case letters.</summary>
    public int MinLower { get; set; }

    /// <summary>The smallest number of upper-case letters.</summary>
    public int MinUpper { get; set; }

    /// <summary>The smallest number of digits.</summary>
    public int MinNumeric { get; set; }

    /// <summary>The smallest number of other characters.</summary>
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
                    throw new InvalidOperationException($"{name} is {minimum}, but characters of that kind are not used.");
                }

                return;
            }

            all += characters;
            value.AddRange(RandomNumberGenerator.GetItems<char>(characters, minimum));
        }
    }
}

/// <summary>A value that is made once and kept between runs.</summary>
internal sealed class StoredParameterDefault(string name, ParameterDefault inner, Func<Orchestration.DataFolder> dataFolder) : ParameterDefault
{
    public override string GetDefaultValue() => dataFolder().Secrets.GetOrAdd($"Parameters:{name}", inner.GetDefaultValue);
}

/// <summary>A connection string from outside: configuration <c>ConnectionStrings:name</c>.</summary>
internal sealed class ConnectionStringParameterResource : ParameterResource, IResourceWithConnectionString
{
    public ConnectionStringParameterResource(string name, Func<ParameterDefault?, string> callback, string? environmentVariableName)
        : base(name, callback, secret: true) => ConnectionStringEnvironmentVariable = environmentVariableName;

    public string? ConnectionStringEnvironmentVariable { get; }

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{this}");
}
