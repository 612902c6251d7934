using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core;

/// <summary>Tells of a generated service's base class where its methods are bound.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = true)]
public class BindServiceMethodAttribute : Attribute
{
    private const DynamicallyAccessedMemberTypes BinderMembers =
        DynamicallyAccessedMemberTypes.PublicMethods
        | DynamicallyAccessedMemberTypes.NonPublicMethods
        | DynamicallyAccessedMemberTypes.PublicProperties;

    /// <summary>In the method <paramref name="bindMethodName"/> of <paramref name="bindType"/>.</summary>
    public BindServiceMethodAttribute([DynamicallyAccessedMembers(BinderMembers)] Type bindType, string bindMethodName)
    {
        BindType = bindType;
        BindMethodName = bindMethodName;
    }

    /// <summary>The type with the method.</summary>
    [DynamicallyAccessedMembers(BinderMembers)]
    public Type BindType { get; }

    /// <summary>The method.</summary>
    public string BindMethodName { get; }
}
