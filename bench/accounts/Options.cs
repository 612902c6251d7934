using System.Globalization;

namespace Accounts.Bench;

/// <summary>The command line.</summary>
internal sealed record Options(int Rounds, TimeSpan Duration)
{
    internal const string Usage = "usage: Accounts.Bench [--rounds N] [--seconds N]";

    internal static Options? Parse(string[] arguments)
    {
        var options = new Options(3, TimeSpan.FromSeconds(5));
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            var value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--rounds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0:
                    options = options with { Rounds = rounds };
                    break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds >= 1:
                    options = options with { Duration = TimeSpan.FromSeconds(seconds) };
                    break;
                default:
                    return null;
            }
        }

        return arguments.Length % 2 == 0 ? options : null;
    }
}
