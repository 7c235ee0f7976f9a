using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace SmartSink.Tests.Architecture;

/// <summary>One type that another one of the same assembly refers to, and the member that does so.</summary>
internal sealed record TypeUse(string FromNamespace, string FromType, string Member, string ToNamespace, string ToType)
{
    public override string ToString() => $"{FromType}{(Member.Length > 0 ? $".{Member}" : "")} uses {ToType}";
}

/// <summary>
/// Reads from a compiled assembly which of its own types refer to which: by base types, fields, signatures, local variables and the
/// instructions of method bodies. Nested types, those that the compiler makes among them, count as the type that holds them. Attributes are left out,
/// and constants are not seen, as the compiler puts their values in the place of their names.
/// </summary>
internal sealed class TypeUses
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    private readonly PEReader _file;
    private readonly MetadataReader _reader;
    private readonly Signatures _signatures;
    private readonly HashSet<TypeUse> _found = [];
    private TypeDefinitionHandle _type;
    private string _member = "";

    private TypeUses(PEReader file)
    {
        _file = file;
        _reader = file.GetMetadataReader();
        _signatures = new Signatures(Add);
    }

    public static IReadOnlyCollection<TypeUse> Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var uses = new TypeUses(file);
        foreach (var type in uses._reader.TypeDefinitions)
        {
            uses.ReadType(type);
        }

        return uses._found;
    }

    /// <summary>The namespaces that hold a type which is written down, not made by the compiler.</summary>
    public static IReadOnlyCollection<string> NamespacesOf(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        return reader.TypeDefinitions.Select(reader.GetTypeDefinition)
            .Where(type => !type.IsNested && !reader.GetString(type.Name).StartsWith('<'))
            .Select(type => reader.GetString(type.Namespace)).ToHashSet(StringComparer.Ordinal);
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        var owner = OwnerOf(handle);
        _type = owner;
        var name = _reader.GetString(type.Name);
        var stateMachineOf = name.StartsWith('<') && WrittenName(name) is { Length: > 0 } written ? written : null;
        _member = stateMachineOf ?? "(declaration)";
        Add(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            Add(_reader.GetInterfaceImplementation(implemented).Interface);
        }

        AddConstraints(type.GetGenericParameters());
        foreach (var field in type.GetFields().Select(_reader.GetFieldDefinition))
        {
            _member = stateMachineOf ?? WrittenName(_reader.GetString(field.Name));
            field.DecodeSignature(_signatures, 0);
        }

        foreach (var method in type.GetMethods().Select(_reader.GetMethodDefinition))
        {
            _member = stateMachineOf ?? WrittenName(_reader.GetString(method.Name));
            method.DecodeSignature(_signatures, 0);
            AddConstraints(method.GetGenericParameters());
            if (method.RelativeVirtualAddress != 0)
            {
                ReadBody(_file.GetMethodBody(method.RelativeVirtualAddress));
            }
        }
    }

    private void ReadBody(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
        {
            _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_signatures, 0);
        }

        foreach (var region in body.ExceptionRegions)
        {
            Add(region.CatchType);
        }

        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            switch (Operands[value == 0xFE ? 0xFE00 | code.ReadByte() : value])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.ReadByte();
                    break;
                case OperandType.InlineVar:
                    code.ReadInt16();
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.ReadInt64();
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32();
                    code.Offset += sizeof(int) * targets;
                    break;
                default:
                    code.ReadInt32();
                    break;
            }
        }
    }

    private void AddConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(parameter => _reader.GetGenericParameter(parameter).GetConstraints()))
        {
            Add(_reader.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void Add(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                AddType((TypeDefinitionHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                _reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_signatures, 0);
                break;
            case HandleKind.FieldDefinition:
                AddType(_reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MethodDefinition:
                AddType(_reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Add(_reader.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
            case HandleKind.MethodSpecification:
                var method = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(method.Method);
                method.DecodeSignature(_signatures, 0);
                break;
        }
    }

    private void AddType(TypeDefinitionHandle handle)
    {
        var (from, to) = (_reader.GetTypeDefinition(_type), _reader.GetTypeDefinition(OwnerOf(handle)));
        var (source, target) = (_reader.GetString(from.Namespace), _reader.GetString(to.Namespace));
        if (source != target && !IsMade(from) && !IsMade(to))
        {
            _found.Add(new TypeUse(source, _reader.GetString(from.Name), _member, target, _reader.GetString(to.Name)));
        }
    }

    /// <summary>Helpers that the compiler makes for all of the assembly.</summary>
    private bool IsMade(TypeDefinition type) => _reader.GetString(type.Name).StartsWith('<');

    /// <summary>The member that a name of the compiler's belongs to: Take for &lt;Take&gt;b__7_0, nothing for &lt;&gt;9__7_0.</summary>
    private static string WrittenName(string name) => name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) is > 0 and var end ? name[1..end] : name;

    private TypeDefinitionHandle OwnerOf(TypeDefinitionHandle handle)
    {
        while (_reader.GetTypeDefinition(handle).GetDeclaringType() is { IsNil: false } outer)
        {
            handle = outer;
        }

        return handle;
    }

    /// <summary>Walks a signature and tells the assembly's own types in it; the values it hands on mean nothing.</summary>
    private sealed class Signatures(Action<EntityHandle> found) : ISignatureTypeProvider<int, int>
    {
        public int GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            found(handle);
            return 0;
        }

        public int GetTypeFromSpecification(MetadataReader reader, int genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
        {
            found(handle);
            return 0;
        }

        public int GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => 0;

        public int GetArrayType(int elementType, ArrayShape shape) => 0;

        public int GetByReferenceType(int elementType) => 0;

        public int GetFunctionPointerType(MethodSignature<int> signature) => 0;

        public int GetGenericInstantiation(int genericType, ImmutableArray<int> typeArguments) => 0;

        public int GetGenericMethodParameter(int genericContext, int index) => 0;

        public int GetGenericTypeParameter(int genericContext, int index) => 0;

        public int GetModifiedType(int modifier, int unmodifiedType, bool isRequired) => 0;

        public int GetPinnedType(int elementType) => 0;

        public int GetPointerType(int elementType) => 0;

        public int GetPrimitiveType(PrimitiveTypeCode typeCode) => 0;

        public int GetSZArrayType(int elementType) => 0;
    }
}
